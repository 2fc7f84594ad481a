import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

import { licences } from './licences.ts'
import { nothingOutside } from './outside.ts'

export default defineConfig({
  plugins: [vue(), licences(), nothingOutside()],
  build: {
    // The oldest web views that are promised: WebView2 109 and WebKitGTK of Safari 15's age.
    target: ['chrome109', 'safari15'],
    // The bundle is embedded in the program, not downloaded.
    chunkSizeWarningLimit: 2000,
    reportCompressedSize: false,
    rolldownOptions: {
      // A web view's own server of files knows .js and may not know .mjs.
      output: { assetFileNames: (a) => (a.names.some((n) => n.endsWith('.mjs')) ? 'assets/[name]-[hash].js' : 'assets/[name]-[hash][extname]') },
    },
  },
  server: { host: '127.0.0.1' },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.spec.ts'],
    restoreMocks: true,
    testTimeout: 120_000, // of a machine that does other things too
    hookTimeout: 120_000,
  },
})
