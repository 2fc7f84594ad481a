import type { Plugin } from 'vite'

// Names of XML languages look like addresses and are none; pdf.js puts the last together
// from links inside a document, which the preview neither draws nor follows.
const names = ['http://www.w3.org/', 'http://${']

/**
 * Takes the addresses of manuals out of the libraries' messages and stops the build
 * if any address of an outside host is left: a counter has no internet, and a page
 * with citizens' data must not be able to name one.
 */
export function nothingOutside(): Plugin {
  const manual = /https?:\/\/(?:[\w-]+\.)*(?:vuejs\.org|naiveui\.com|github\.com)[^\s"'`)\\]*/g
  const any = /(?:https?|wss?):\/\/[^\s"'`)\\]+/g
  return {
    name: 'nothing-outside',
    apply: 'build',
    generateBundle(_, bundle) {
      for (const [file, part] of Object.entries(bundle)) {
        let text = part.type === 'chunk' ? part.code : typeof part.source === 'string' ? part.source : ''
        text = text.replace(manual, '')
        const left = (text.match(any) ?? []).filter((url) => !names.some((n) => url.startsWith(n)))
        if (left.length > 0) this.error(`${file} names outside addresses: ${[...new Set(left)].join(' ')}`)
        if (part.type === 'chunk') part.code = text
        else if (typeof part.source === 'string') part.source = text
      }
    },
  }
}
