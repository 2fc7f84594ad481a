// Runs the contract of the bridge against the real program as well as the fake.
import { spawnSync } from 'node:child_process'

import { clerk, found } from './district.mjs'

const district = await found()
let status = 1
try {
  const { link } = await district.open()
  const env = { ...process.env, ONEDOOR_CONTRACT_LINK: link, ONEDOOR_CONTRACT_USER: clerk.name, ONEDOOR_CONTRACT_PASSWORD: clerk.password }
  // The fake answers as itself, so it is left to "make ui-test".
  status = spawnSync('npx', ['vitest', 'run', 'src/bridge/contract.spec.ts', '-t', 'the real program'], { env, stdio: 'inherit' }).status ?? 1
} finally {
  await district.close()
}
process.exitCode = status
