// SPDX-License-Identifier: Apache-2.0
// The network of the README's own command, with its data, keys and nodes. What differs is the ports, which have to be free here.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { freePorts } from './network.mjs'

const { QUIPU_SOURCE, QUIPU_BIN } = process.env

// In `folder`, which is made anew and gone with it.
export async function startReadmeNetwork(folder) {
  const run = (words) => execFileSync(path.join(QUIPU_BIN, words[0]), words.slice(1), { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' })
  const stop = () => {
    if (fs.existsSync(path.join(folder, 'build', 'testnet', 'testnet.json'))) run(['quipu-testnet', 'down', '--dir', 'build/testnet'])
    fs.rmSync(folder, { recursive: true, force: true })
  }
  stop() // one that an earlier run may have left behind
  fs.mkdirSync(path.join(folder, 'testnet'), { recursive: true })
  fs.symlinkSync(path.join(QUIPU_SOURCE, 'testnet', 'sample'), path.join(folder, 'testnet', 'sample'))
  const readme = fs.readFileSync(path.join(QUIPU_SOURCE, 'README.md'), 'utf8')
  const [, command] = /^\$ build\/release\/bin\/(quipu-testnet up .*)$/m.exec(readme)
  const port = await freePorts()
  run([...command.split(' '), '--port', String(port)])
  return {
    stop,
    // Where something is that the pages name.
    url: (told) => told.replace(/848(\d)/, (_, at) => String(port + Number(at))),
    file: (told) => path.join(folder, told),
  }
}
