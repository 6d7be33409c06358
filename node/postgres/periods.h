// SPDX-License-Identifier: Apache-2.0
// What a record says of every day, as rows of days with one answer: a record names every day on which its answer can
// change. Pure.
#pragma once

#include <string>
#include <vector>

#include "node/postgres/copy_text.h"

namespace quipu::ledger::v1 {
class CertificateRecord;
class EdgeRecord;
class OperatorRecord;
}  // namespace quipu::ledger::v1

namespace quipu::postgres {

// Columns of the key, then valid_from, valid_to and what holds between; every day is in exactly one row.

// issuer, certificate, valid_from, valid_to, status, roles, suspended_roles, level, term_from, term_to
std::vector<Row> certificate_periods(const std::string& issuer, const ledger::v1::CertificateRecord& record);

struct Edge {
  std::string recogniser, arrangement, issuer;
};
// recogniser, arrangement, issuer, valid_from, valid_to, status, schemes, roles, flows, benefits
std::vector<Row> recognition_periods(const Edge& edge, const ledger::v1::EdgeRecord& record);

// issuer, subject, tin, valid_from, valid_to, leaf, event
std::vector<Row> tin_periods(const std::string& issuer, const ledger::v1::OperatorRecord& record);

}  // namespace quipu::postgres
