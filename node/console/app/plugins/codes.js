// SPDX-License-Identifier: Apache-2.0
// `virtual:codes`: the texts of the rules' codes in three languages, from the very table that the node is built from.
import fs from 'node:fs'

const LINE = /^CODE\(\w+, (\w+), (\w+), ("(?:[^"\\]|\\.)*"), ("(?:[^"\\]|\\.)*"), ("(?:[^"\\]|\\.)*")\)$/gm

export function readCodes(text) {
  const found = {}
  for (const [, name, , en, es, pt] of text.matchAll(LINE)) found[name] = { en: JSON.parse(en), es: JSON.parse(es), pt: JSON.parse(pt) }
  if (Object.keys(found).length !== (text.match(/^CODE\(/gm) ?? []).length) throw new Error('codes.def has a line of another form')
  return found
}

export function codes(file) {
  return {
    name: 'quipu-codes',
    resolveId: (id) => (id === 'virtual:codes' ? '\0' + id : undefined),
    load: (id) => (id === '\0virtual:codes' ? `export default ${JSON.stringify(readCodes(fs.readFileSync(file, 'utf8')))}` : undefined),
  }
}
