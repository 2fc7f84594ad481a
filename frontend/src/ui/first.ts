// The part of the adapter that the first screen needs, without the component library:
// reading that took more than half of the time until somebody could type.
export { isEnter } from './keys'
export { default as UiField } from './UiField.vue'
