import type { GlobalThemeOverrides } from 'naive-ui'

// System fonts only. The second half finds rare characters of names.
const fontFamily =
  '"Microsoft YaHei UI", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "WenQuanYi Micro Hei", ' +
  '"SimSun-ExtB", "HanaMinB", sans-serif'

/** Colours of the component library that are read: on white, except where the name says. */
export const colours = {
  primaryColor: '#1f5fbf',
  primaryColorHover: '#2a66bd',
  primaryColorPressed: '#174a97',
  placeholderColor: '#667085',
  textColorBase: '#1d2530',
  textColor1: '#1d2530',
  textColor2: '#1d2530',
  textColor3: '#4a5564',
  errorColor: '#b3261e',
  errorColorHover: '#b3261e',
  warningColor: '#8a5600',
  warningColorHover: '#8a5600',
  successColor: '#1d7a3e',
}

// A border is no text; 3 to 1 lets a field be seen (WCAG 1.4.11).
export const borders = { borderColor: '#8a97a8' }

export const theme: GlobalThemeOverrides = { common: { fontFamily, ...colours, ...borders, textColorDisabled: '#4a5564' } }
