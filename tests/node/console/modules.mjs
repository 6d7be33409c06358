// SPDX-License-Identifier: Apache-2.0
// The console's own modules, as Vite builds them, in Node.
import path from 'node:path'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const app = path.join(process.env.QUIPU_MADE, 'app')

export async function openModules() {
  const vite = await import(pathToFileURL(createRequire(path.join(app, 'package.json')).resolve('vite').replace('index.cjs', 'dist/node/index.js')).href)
  const server = await vite.createServer({ root: app, configFile: path.join(app, 'vite.config.js'), logLevel: 'error', appType: 'custom',
    cacheDir: path.join(process.env.QUIPU_WORK, 'vite'), server: { middlewareMode: true, hmr: false, watch: null }, optimizeDeps: { noDiscovery: true } })
  return { load: (name) => server.ssrLoadModule(name), close: () => server.close() }
}
