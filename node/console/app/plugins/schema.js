// SPDX-License-Identifier: Apache-2.0
// `virtual:schema`: the fields of a submission by name, from the schema that the node is built from. No file of it is kept,
// so none can fall behind.
import fs from 'node:fs'

const BLOCK = /\b(message|enum)\s+(\w+)\s*\{((?:[^{}]|\{[^{}]*\})*)\}/g
const FIELD = /(?:\b(repeated)\s+)?\b(\w+)\s+(\w+)\s*=\s*(\d+)\s*;/g
const VALUE = /(\w+)\s*=\s*(\d+)/g

export function readSchema(text) {
  const messages = {}
  const enums = {}
  for (const [, what, name, body] of text.replace(/\/\/[^\n]*/g, '').matchAll(BLOCK)) {
    if (what === 'enum') {
      enums[name] = Object.fromEntries([...body.matchAll(VALUE)].map(([, value, number]) => [value, Number(number)]))
      continue
    }
    messages[name] = [...body.matchAll(FIELD)]
      .map(([, many, type, field, number]) => ({ name: field, type, number: Number(number), many: many !== undefined }))
      .sort((one, other) => one.number - other.number)
  }
  return { messages, enums }
}

export function schema(file) {
  return {
    name: 'quipu-schema',
    resolveId: (id) => (id === 'virtual:schema' ? '\0' + id : undefined),
    load: (id) => (id === '\0virtual:schema' ? `export default ${JSON.stringify(readSchema(fs.readFileSync(file, 'utf8')))}` : undefined),
  }
}
