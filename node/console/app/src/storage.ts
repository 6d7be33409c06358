// SPDX-License-Identifier: Apache-2.0
// What a browser keeps for us, where it is let to.

export function storedText(where: Storage, name: string): string | null {
  try {
    return where.getItem(name)
  } catch {
    return null
  }
}

export function storeText(where: Storage, name: string, text: string): void {
  try {
    where.setItem(name, text)
  } catch {
    // Then it is forgotten.
  }
}
