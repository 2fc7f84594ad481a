// PDFs drawn by pdf.js into the page itself: the same in every web view, also in those
// that have no viewer of their own. It is loaded when the first one is shown.
import workerAddress from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url'

/** Draws each page of a PDF into a canvas below box, width CSS pixels wide. Gives how many. */
export async function drawPDF(data: Uint8Array, box: HTMLElement, width: number): Promise<number> {
  const pdf = await import('pdfjs-dist/legacy/build/pdf.mjs')
  pdf.GlobalWorkerOptions.workerSrc = workerAddress
  const task = pdf.getDocument({ data, isEvalSupported: false, disableAutoFetch: true, disableStream: true, useSystemFonts: false })
  const doc = await task.promise
  try {
    box.replaceChildren()
    const density = Math.max(window.devicePixelRatio, 1.5)
    for (let n = 1; n <= doc.numPages; n++) {
      const page = await doc.getPage(n)
      const scale = width / page.getViewport({ scale: 1 }).width
      const viewport = page.getViewport({ scale: scale * density })
      const canvas = document.createElement('canvas')
      canvas.width = Math.floor(viewport.width)
      canvas.height = Math.floor(viewport.height)
      canvas.style.width = `${width}px`
      canvas.setAttribute('role', 'img')
      canvas.setAttribute('aria-label', `第 ${n} 页，共 ${doc.numPages} 页`)
      const context = canvas.getContext('2d')
      if (!context) throw new Error('no canvas')
      await page.render({ canvasContext: context, viewport }).promise
      box.append(canvas)
    }
    return doc.numPages
  } finally {
    void task.destroy()
  }
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
}
