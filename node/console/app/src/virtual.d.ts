// SPDX-License-Identifier: Apache-2.0
// What vite.config.js makes from the sources of the node.

declare module 'virtual:codes' {
  const codes: Readonly<Record<string, Readonly<Record<'en' | 'es' | 'pt', string>>>>
  export default codes
}

declare module 'virtual:schema' {
  export interface Field {
    readonly name: string
    readonly type: string
    readonly number: number
    readonly many: boolean
  }
  const schema: {
    readonly messages: Readonly<Record<string, readonly Field[]>>
    readonly enums: Readonly<Record<string, Readonly<Record<string, number>>>>
  }
  export default schema
}

declare module 'virtual:verifier' {
  export interface Checkpoint {
    readonly origin: string
    readonly size: bigint
    readonly cosigners: readonly { readonly name: string; readonly time: bigint }[]
    readonly of: number
  }
  export interface Said {
    readonly kind: 'receipt' | 'status'
    readonly checkpoint: Checkpoint
    readonly index?: bigint
    readonly issued_s?: number
    readonly submission?: { readonly administration: string; readonly events?: readonly object[] }
    readonly seal?: { readonly height?: bigint }
    readonly record?: object | null
  }
  const verifier: {
    verify(proof: Uint8Array, policy: Uint8Array): Promise<Said>
    status_on(record: object, day: string): string
    roles_on(record: object, day: string): { held: string[]; suspended: string[] }
    readonly Refusal: new (code: string) => Error & { readonly code: string }
  }
  export default verifier
}
