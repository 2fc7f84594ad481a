import { useMessage } from 'naive-ui'

/** Short messages that go away by themselves. Only below UiRoot. */
export function useToast() {
  const message = useMessage()
  return {
    failed: (text: string) => void message.error(text, { duration: 8000, closable: true }),
    said: (text: string) => void message.success(text, { duration: 6000, closable: true }),
  }
}
