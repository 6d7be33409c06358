// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import { codes } from './plugins/codes.js'
import { schema } from './plugins/schema.js'
import { verifier } from './plugins/verifier.js'

const beside = (name) => fileURLToPath(new URL(`./beside/${name}`, import.meta.url))

// For work on the console: `npx vite` with QUIPU_NODE, the node that it asks.
const node = process.env.QUIPU_NODE ?? 'http://127.0.0.1:8480'

export default defineConfig({
  plugins: [codes(beside('codes.def')), schema(beside('ledger.proto')), verifier(beside('verify.html'))],
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'eof' },
  build: {
    target: 'es2022',
    assetsDir: 'console',
    assetsInlineLimit: 0, // the page's policy lets in files of the node alone
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { '^/(v1|policy|checkpoint|verify\\.html)': node } },
})
