// SPDX-License-Identifier: Apache-2.0
// The functions behind the routes, one file per subject; routes.cpp has the table. Any thread.
#pragma once

#include "node/http/call.h"

namespace quipu::http {

// routes_submissions.cpp
void post_submission(const Call& call, const Respond& respond);
Response get_submission(const Call& call);
Response get_sequence(const Call& call);
Response get_receipt(const Call& call);
Response get_approvals(const Call& call);

// The answer to a leaf that was handed in, whoever signed it.
Response submit_response(const SubmitAnswer& answer);

// routes_managed.cpp
void post_draft(const Call& call, const Respond& respond);
Response get_drafts(const Call& call);
Response delete_draft(const Call& call);

// routes_recognition.cpp
Response get_recognition(const Call& call);
Response post_recognition(const Call& call);

// routes_lookup.cpp
Response get_operator(const Call& call);
Response get_operator_by_alias(const Call& call);
Response get_certificate(const Call& call);
Response get_certificate_history(const Call& call);

// routes_records.cpp
Response get_application(const Call& call);
Response get_validation(const Call& call);
Response get_expert(const Call& call);
Response get_member_keys(const Call& call);
Response get_disputed(const Call& call);

// routes_side.cpp
void post_record(const Call& call, const Respond& respond);
Response get_identity(const Call& call);
Response get_erasures(const Call& call);

// routes_cases.cpp
Response get_cases(const Call& call);
Response get_case(const Call& call);

// routes_statistics.cpp
Response get_statistics(const Call& call);
Response get_month(const Call& call);

// routes_compromised.cpp
Response get_compromised(const Call& call);

// routes_report.cpp
Response get_report(const Call& call);

// routes_names.cpp
Response get_names(const Call& call);

// routes_list.cpp
Response get_list(const Call& call);

// routes_exposure.cpp
Response get_exposure(const Call& call);

// routes_changes.cpp
Response get_changes(const Call& call);

// routes_stream.cpp
Response get_stream(const Call& call);

// routes_indicators.cpp
Response get_indicators(const Call& call);

// routes_worklist.cpp
Response get_worklist(const Call& call);

// routes_governance.cpp
Response get_members(const Call& call);
Response get_proposals(const Call& call);
Response get_parameters(const Call& call);

// routes_network.cpp
Response get_arrangements(const Call& call);
Response get_block(const Call& call);
Response get_checkpoints(const Call& call);

// routes_proofs.cpp
Response get_status_proof(const Call& call);
Response get_status_list(const Call& call);

// routes_mirror.cpp
Response get_genesis(const Call& call);
Response get_checkpoint(const Call& call);
Response get_checkpoint_at(const Call& call);
Response get_policy(const Call& call);
Response get_handover(const Call& call);
Response get_tile(const Call& call);
Response get_quorum(const Call& call);
Response get_evidence_list(const Call& call);
Response get_evidence(const Call& call);

// routes_console.cpp
Response get_console(const Call& call);
Response get_verify_page(const Call& call);
Response get_console_file(const Call& call);

// routes_node.cpp
Response get_health(const Call& call);
Response get_readiness(const Call& call);
Response get_metrics(const Call& call);
Response get_node_status(const Call& call);
Response get_description(const Call& call);

}  // namespace quipu::http
