// A small district of real processes, made anew in a folder of its own: the hub's
// data, one village counter with its daemon, and a card reader made of software.
import { execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const repo = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const program = process.env.ONEDOOR ?? join(repo, 'bin/onedoor')
const run = promisify(execFile)

/** The people. All are fictional. */
export const admin = { name: '陈管理', password: 'demo-admin-440604' }
export const clerk = { name: '王小兰', password: 'demo-clerk-011001' }
export const second = { name: '刘敏', password: 'demo-clerk-011002' }
const village = '440604011001'

/** A loopback port below those of outgoing connections, so that nobody takes it while its program is away. */
async function freePort() {
  for (let tries = 0; ; tries++) {
    const port = 20000 + Math.floor(Math.random() * 10000)
    const free = await new Promise((done) => {
      const server = createServer()
      server.once('error', () => done(false))
      server.listen(port, '127.0.0.1', () => server.close(() => done(true)))
    })
    if (free) return port
    if (tries > 50) throw new Error('no free port')
  }
}

/** Founds the district. cards are ids of the simulator's built-in cards, in their order. */
export async function found(cards = 'R1,R2,R1A,R2') {
  const dir = await mkdtemp(join(tmpdir(), 'onedoor-e2e-'))
  const env = { ...process.env, ONEDOOR_KEYDIR: join(dir, 'keys'), ONEDOOR_HOME: '', ONEDOOR_PASSPHRASE: '', LANG: 'zh_CN.UTF-8' }
  const children = new Set()

  async function command(who, args, more = {}) {
    const user = who ? ['--user', who.name] : []
    const { stdout } = await run(program, [...args, ...user], { cwd: dir, env: { ...env, ...(who && { ONEDOOR_PASSWORD: who.password }), ...more } })
    return stdout
  }

  /** Starts a process and gives the JSON value that it says when it is ready. */
  function start(args) {
    const child = spawn(program, [...args, '--json'], { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'] })
    children.add(child)
    const ended = new Promise((done) => child.once('exit', done))
    ended.then(() => children.delete(child))
    let err = ''
    child.stderr.on('data', (b) => (err = (err + b).slice(-4000)))
    const ready = new Promise((done, fail) => {
      let out = ''
      child.stdout.on('data', (b) => {
        out += b
        try {
          done(JSON.parse(out))
        } catch {
          // not whole yet
        }
      })
      ended.then((code) => fail(new Error(`${args[0]} ended with ${code}: ${err}`)))
    })
    return {
      ready,
      stop: async () => (child.kill('SIGINT'), ended),
      kill: async () => (child.kill('SIGKILL'), ended),
    }
  }

  const data = join(repo, 'forms/catalog')
  await command(null, ['hub', 'init', '--home', 'hub', '--district', '440604', '--name', '禅城区', '--admin', admin.name], {
    ONEDOOR_PASSWORD: admin.password,
  })
  await command(admin, ['division', 'import', '--home', 'hub', join(data, 'divisions/440604.json')])
  await command(admin, ['calendar', 'import', '--home', 'hub', join(data, 'calendar/2026.json')])
  await command(admin, ['catalog', 'import', '--home', 'hub', '--sample'])
  for (const u of [clerk, second]) {
    await command(admin, ['user', 'add', '--home', 'hub', '--name', u.name, '--role', 'clerk', '--division', village], { ONEDOOR_NEW_PASSWORD: u.password })
  }
  /** Sets up one more counter of the village. */
  async function enrol(home, counter, name) {
    await command(null, ['init', '--home', home, '--division', village, '--counter', counter, '--name', name, '--out', `${home}.request`])
    await command(admin, ['hub', 'enroll', '--home', 'hub', '--request', `${home}.request`, '--tier', 'village', '--out', `${home}.grant`])
    await command(null, ['join', '--home', home, '--grant', `${home}.grant`])
  }
  await enrol('village', '01', '纯阳社区 1 号窗口')

  return {
    dir,
    command,
    enrol,
    /** Lays cards on a reader; gives its address. */
    async reader(ids = cards) {
      return (await start(['card', 'simulate', '--listen', 'tcp://127.0.0.1:0', '--card', ids]).ready).url
    },
    /** Starts the district's hub; address is where a counter finds it. Given one, it listens there again; link opens its pages, if asked for by more. */
    async hub(address, more = []) {
      address ??= `tcp://127.0.0.1:${await freePort()}`
      const hub = start(['hub', 'serve', '--home', 'hub', '--listen', address, '--lan', 'off', ...more])
      const up = await hub.ready
      return { address: up.listen, link: up.ui, stop: hub.stop, kill: hub.kill }
    },
    /** Starts the counter's daemon with the pages; link opens one browser. Without a hub it calls nobody. */
    async open(reader, hub = '-') {
      const daemon = start(['serve', '--home', 'village', '--hub', hub, '--ui', '127.0.0.1:0', '--lan', 'off', ...(reader ? ['--card-port', reader] : [])])
      return { link: (await daemon.ready).ui, stop: daemon.stop, kill: daemon.kill }
    },
    /** Writes a file below the district's folder and gives its path. */
    async file(name, text) {
      await writeFile(join(dir, name), text)
      return join(dir, name)
    },
    /** Makes a folder there. */
    folder: (name) => mkdir(join(dir, name), { recursive: true }),
    async close() {
      for (const child of children) child.kill('SIGKILL')
      await rm(dir, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
