// @vitest-environment node
//
// WCAG 2.1 AA, 1.4.3: text has a contrast of at least 4.5 to its ground. Every colour of
// text in our styles is measured against the ground that stands in the same rule, or
// against the grounds that text stands on elsewhere.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { borders, colours } from './ui/theme'

const root = import.meta.dirname
const grounds = ['#ffffff', '#eef2f8']
// Text on a ground that another rule gives: the head line and its parts.
const onDark: Record<string, string> = {
  'nav button,\n.link': '#174a97', '.who small': '#174a97', '.tool': '#174a97', '.rows': '#174a97',
}

function rgb(hex: string): number[] {
  const h = hex.length === 4 ? [...hex.slice(1)].map((c) => c + c).join('') : hex.slice(1)
  return [0, 2, 4].map((i) => parseInt(h.slice(i, i + 2), 16) / 255)
}

/** Relative luminance, WCAG 2.1. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = rgb(hex).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)]
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)
}

function styles(folder: string): { file: string; css: string }[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true }).flatMap((e) => {
    const path = join(e.parentPath, e.name)
    if (e.name.endsWith('.css')) return [{ file: path, css: readFileSync(path, 'utf8') }]
    if (!e.name.endsWith('.vue')) return []
    return [...readFileSync(path, 'utf8').matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)].map((m) => ({ file: path, css: m[1] ?? '' }))
  })
}

const pairs = styles(root).flatMap(({ file, css }) =>
  [...css.replace(/\/\*[\s\S]*?\*\//g, '').matchAll(/([^{}]+)\{([^{}]*)\}/g)].flatMap(([, selector = '', body = '']) => {
    const name = selector.trim()
    const text = /(?:^|[;\s])color:\s*(#[0-9a-f]{3,6})\b/i.exec(body)?.[1]
    if (!text) return []
    const own = /background(?:-color)?:\s*(#[0-9a-f]{3,6})\b/i.exec(body)?.[1]
    const on = own ? [own] : onDark[name] ? [onDark[name]] : grounds
    return on.map((ground) => ({ where: `${file.slice(root.length + 1)} ${name}`, text, ground, ratio: contrast(text, ground) }))
  }),
)

it('knows the measure', () => {
  expect(contrast('#000', '#fff')).toBeCloseTo(21, 1)
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
})
it('finds the colours', () => expect(pairs.length).toBeGreaterThan(60))
it('every text can be read', () => {
  expect(pairs.filter((p) => p.ratio < 4.5).map((p) => `${p.where}: ${p.text} on ${p.ground} is ${p.ratio.toFixed(2)}`)).toEqual([])
})
it('the component library too, and its borders can be seen', () => {
  expect(Object.entries(colours).filter(([, c]) => contrast(c, '#ffffff') < 4.5)).toEqual([])
  expect(Object.entries(borders).filter(([, c]) => contrast(c, '#ffffff') < 2.9)).toEqual([])
})
