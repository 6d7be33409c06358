// SPDX-License-Identifier: Apache-2.0
// Four administrations for the console's tests: BO under dual control and with no history, BR with none, CL and PE that
// recognise each other's firms and report indicators.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'

const { QUIPU_SOURCE, QUIPU_BIN, QUIPU_WORK } = process.env
const MEMBERS = ['BO', 'BR', 'CL', 'PE']
const sample = path.join(QUIPU_SOURCE, 'testnet', 'sample')
const directory = path.join(QUIPU_WORK, 'network')

const testnet = (...words) => execFileSync(path.join(QUIPU_BIN, 'quipu-testnet'), words, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' })

const isFree = (port) => new Promise((resolve) => {
  const server = net.createServer().once('error', () => resolve(false)).once('listening', () => server.close(() => resolve(true)))
  server.listen(port, '127.0.0.1')
})

// Of the first node; each node takes two.
export async function freePorts() {
  for (let port = 18_000 + (process.pid % 500) * 16; port < 32_000; port += 16) {
    const all = await Promise.all(Array.from({ length: 2 * MEMBERS.length }, (_, at) => isFree(port + at)))
    if (all.every(Boolean)) return port
  }
  throw new Error('no free ports')
}

const isAbout = (line, beginnings) => beginnings.some((each) => Object.keys(JSON.parse(line).event).some((name) => name.startsWith(each)))

function writeData() {
  const data = path.join(QUIPU_WORK, 'data')
  fs.rmSync(data, { recursive: true, force: true })
  fs.mkdirSync(path.join(data, 'history'), { recursive: true })
  const members = JSON.parse(fs.readFileSync(path.join(sample, 'members.json'), 'utf8')).filter((each) => MEMBERS.includes(each.administration))
  fs.writeFileSync(path.join(data, 'members.json'), JSON.stringify(members.map((each) => ({ ...each, dual_control: each.administration === 'BO' }))))
  fs.copyFileSync(path.join(sample, 'arrangements.json'), path.join(data, 'arrangements.json'))
  fs.copyFileSync(path.join(sample, 'history', 'CL.jsonl'), path.join(data, 'history', 'CL.jsonl'))
  const peru = fs.readFileSync(path.join(sample, 'history', 'PE.jsonl'), 'utf8').trim().split('\n')
  fs.writeFileSync(path.join(data, 'history', 'PE.jsonl'), peru.filter((line) => isAbout(line, ['recognition_', 'indicator_'])).join('\n') + '\n')
  return data
}

async function isReady(url) {
  for (let tried = 0; tried < 300; tried++) {
    if (await fetch(url).then((answer) => answer.ok, () => false)) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`${url} did not become ready`)
}

export async function startNetwork() {
  if (fs.existsSync(path.join(directory, 'testnet.json'))) testnet('down', '--dir', directory)
  fs.rmSync(directory, { recursive: true, force: true })
  const port = await freePorts()
  testnet('up', '--dir', directory, '--members', MEMBERS.join(','), '--data', writeData(), '--port', String(port), '--import', '--detach')
  const url = (member) => `http://127.0.0.1:${port + 2 * MEMBERS.indexOf(member)}`
  const own = [] // nodes that we have started ourselves
  return {
    url,
    genesis: path.join(directory, 'genesis.json'),
    key: (member, purpose) => path.join(directory, member, 'keys', `${purpose}.key`),
    // From then on that member's node wants to know who asks; the answer is a token of these roles. quipu-testnet, which has none,
    // could not tell when the node is ready, so it is ours to start and to stop.
    close: async (member, roles) => {
      const config = path.join(directory, member, 'quipud.toml')
      fs.writeFileSync(config, fs.readFileSync(config, 'utf8').replace(/^#? *guests = .*$/m, 'guests = "none"'))
      testnet('kill', member, '--dir', directory)
      const quipud = path.join(QUIPU_BIN, 'quipud')
      own.push(spawn(quipud, ['--config', config], { stdio: 'ignore' }))
      await isReady(`${url(member)}/readyz`)
      return execFileSync(quipud, ['token', 'new', '--config', config, '--role', roles, '--label', 'desk'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
    },
    // From then on that member's node signs what two of the named ask for. Two tokens of them, and one of somebody else.
    signOnNode: async (member) => {
      const config = path.join(directory, member, 'quipud.toml')
      const quipud = path.join(QUIPU_BIN, 'quipud')
      const [first, second, other] = ['first', 'second', 'other'].map((label) =>
        execFileSync(quipud, ['token', 'new', '--config', config, '--role', 'submitter,reader,personal', '--label', label], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim())
      const listed = execFileSync(quipud, ['token', 'list', '--config', config], { encoding: 'utf8' }).split('\n').filter((line) => /\b(first|second)\b/.test(line))
      assert.equal(listed.length, 2)
      const settings = { issuer_key: '"keys/issuer.key"', identities: `"${listed.map((line) => line.trim().split(/\s+/)[0]).join(' ')}"`, confirmations: '2', guests: '"none"' }
      let text = fs.readFileSync(config, 'utf8')
      for (const [name, value] of Object.entries(settings)) {
        const line = new RegExp(`^#? *${name} = [^#\\n]*`, 'm')
        assert.match(text, line)
        text = text.replace(line, `${name} = ${value} `)
      }
      fs.writeFileSync(config, text)
      testnet('kill', member, '--dir', directory)
      own.push(spawn(quipud, ['--config', config], { stdio: 'ignore' }))
      await isReady(`${url(member)}/readyz`)
      return { first, second, other }
    },
    stop: () => {
      own.forEach((node) => node.kill())
      testnet('down', '--dir', directory)
      fs.rmSync(directory, { recursive: true, force: true })
    },
  }
}
