import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { Plugin } from 'vite'

const repo = join(dirname(fileURLToPath(import.meta.url)), '..')

/**
 * Puts the licences of everything in the program beside the pages, for the page
 * "about": what the Go programs hold (THIRD_PARTY.txt), and what is in these pages,
 * found by what really went into the bundle.
 */
export function licences(): Plugin {
  return {
    name: 'licences',
    apply: 'build',
    generateBundle(_, bundle) {
      const folders = new Set<string>()
      for (const part of Object.values(bundle)) {
        if (part.type !== 'chunk') continue
        for (const id of part.moduleIds) {
          const at = /^(?:\0)?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)
          if (at?.[1]) folders.add(at[1])
        }
      }
      const packages = [...folders].map(describe).sort((a, b) => a.name.localeCompare(b.name))
      const text = packages.map((p) => `==== ${p.name} ${p.version} (${p.licence})\n\n${p.text}\n`).join('\n')
      this.emitFile({ type: 'asset', fileName: 'licences/pages.txt', source: Buffer.from(text) })
      for (const [from, to] of [['THIRD_PARTY.txt', 'program.txt'], ['LICENSE', 'own.txt']] as const) {
        this.emitFile({ type: 'asset', fileName: `licences/${to}`, source: readFileSync(join(repo, from)) })
      }
    },
  }
}

function describe(folder: string) {
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string; version: string; license?: string }
  const file = readdirSync(folder).find((f) => /^licen[cs]e/i.test(f))
  const text = file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8').trim() : `licence as named by the package: ${about.license ?? 'none'}`
  return { name: about.name, version: about.version, licence: about.license ?? '', text }
}
