// SPDX-License-Identifier: Apache-2.0
// A message of the schema in the one admissible spelling (docs/formats.md, section 3): fields ascending, shortest varints,
// defaults left out, numbers packed. Values are those of proto3 JSON.
import schema, { type Field } from 'virtual:schema'
import { fromBase64, joined, utf8, type Bytes } from './bytes'

export type Value = string | number | bigint | boolean | readonly Value[] | { readonly [name: string]: Value | undefined }
export type Message = { readonly [name: string]: Value | undefined }

const VARINT = 0
const LENGTH = 2

export function varint(number: bigint): Bytes {
  const out: number[] = []
  for (let rest = number; ; rest >>= 7n) {
    if (rest < 128n) return Uint8Array.from([...out, Number(rest)])
    out.push(Number(rest & 127n) | 128)
  }
}

const isNumeric = (type: string): boolean => type in schema.enums || /^(bool|[su]?int(32|64))$/.test(type)

function wrong(field: Field, value: unknown): never {
  throw new TypeError(`${field.name} is no ${field.type}: ${String(value)}`)
}

function numberOf(field: Field, value: Value): bigint {
  const names = schema.enums[field.type]
  if (names) return typeof value === 'string' && names[value] !== undefined ? BigInt(names[value]) : wrong(field, value)
  if (field.type === 'bool') return typeof value === 'boolean' ? BigInt(value) : wrong(field, value)
  if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'string') return wrong(field, value)
  const number = BigInt(value)
  if (field.type.startsWith('sint')) return number < 0n ? -2n * number - 1n : 2n * number
  return number < 0n ? wrong(field, value) : number
}

function contentOf(field: Field, value: Value): Bytes {
  if (field.type === 'string') return typeof value === 'string' ? utf8(value) : wrong(field, value)
  if (field.type === 'bytes') return (typeof value === 'string' ? fromBase64(value) : undefined) ?? wrong(field, value)
  if (typeof value !== 'object' || Array.isArray(value)) return wrong(field, value)
  return encode(field.type, value as Message)
}

const key = (field: Field, wire: number): Bytes => varint(BigInt(field.number * 8 + wire))
const lengthened = (content: Bytes): Bytes => joined(varint(BigInt(content.length)), content)

function encodeOne(field: Field, value: Value): Bytes {
  if (isNumeric(field.type)) {
    const number = numberOf(field, value)
    return number === 0n ? new Uint8Array() : joined(key(field, VARINT), varint(number))
  }
  const content = contentOf(field, value)
  const isMessage = field.type in schema.messages
  // An empty message says something: that this statement is the one. An empty text says nothing.
  return content.length === 0 && !isMessage ? content : joined(key(field, LENGTH), lengthened(content))
}

function encodeMany(field: Field, values: readonly Value[]): Bytes {
  if (values.length === 0) return new Uint8Array()
  if (isNumeric(field.type)) return joined(key(field, LENGTH), lengthened(joined(...values.map((value) => varint(numberOf(field, value))))))
  return joined(...values.map((value) => joined(key(field, LENGTH), lengthened(contentOf(field, value)))))
}

export function encode(type: string, message: Message): Bytes {
  const fields = schema.messages[type]
  if (!fields) throw new TypeError(`no message is called ${type}`)
  for (const name of Object.keys(message)) if (!fields.some((field) => field.name === name)) throw new TypeError(`${type} has no ${name}`)
  return joined(
    ...fields.map((field) => {
      const value = message[field.name]
      if (value === undefined) return new Uint8Array()
      if (field.many) return Array.isArray(value) ? encodeMany(field, value) : wrong(field, value)
      return encodeOne(field, value)
    }),
  )
}
