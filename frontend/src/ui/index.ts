// The adapter: the only folder that names the component library. Features import
// from here, so that another library would change this folder and nothing else.
export { NButton as UiButton, NInput as UiInput, NSelect as UiSelect, NSpin as UiSpin } from 'naive-ui'
export { default as UiAsk } from './UiAsk.vue'
export { default as UiChoice } from './UiChoice.vue'
export { default as UiHits } from './UiHits.vue'
export { default as UiLine } from './UiLine.vue'
export { default as UiMore } from './UiMore.vue'
export { default as UiRoot } from './UiRoot.vue'
export { default as UiRows } from './UiRows.vue'
export { combobox, composing, enterToNext, isEnter } from './keys'
export { useToast } from './toast'
