// SPDX-License-Identifier: Apache-2.0
// Fields in which a slip of the pen may be corrected, by kind of event (docs/rules.md, "Corrections").

export const CORRECTABLE: Readonly<Record<string, readonly string[]>> = {
  validation_recorded: ['from', 'to'],
  certificate_granted: ['effective_from', 'valid_to', 'national_label', 'level', 'validation_date', 'sites'],
  certificate_amended: ['effective_from', 'level', 'sites'],
  certificate_renewed: ['effective_from', 'valid_to', 'validation_date'],
  certificate_extended: ['valid_to'],
  certificate_suspended: ['effective_from', 'until'],
  suspension_prolonged: ['until'],
  certificate_reinstated: ['effective_from'],
  certificate_revoked: ['reapply_not_before'],
  certificate_surrendered: ['effective_from', 'reapply_not_before'],
}
// What an appeal may be about.
export const ADVERSE: readonly string[] = ['certificate_suspended', 'certificate_revoked', 'certificate_annulled']
