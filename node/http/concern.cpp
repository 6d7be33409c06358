// SPDX-License-Identifier: Apache-2.0
#include "node/http/concern.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "node/ledger/ledger.pb.h"
#include "node/ledger/submission.h"

namespace quipu::http {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string text_in(const Message& statement, const char* name) {
  const FieldDescriptor* field = statement.GetDescriptor()->FindFieldByName(name);
  const bool text = field && field->type() == FieldDescriptor::TYPE_STRING && !field->is_repeated();
  return text ? statement.GetReflection()->GetString(statement, field) : std::string();
}

const ledger::v1::EventRef* target_in(const Message& statement) {
  const FieldDescriptor* field = statement.GetDescriptor()->FindFieldByName("target");
  if (!field || field->message_type() != ledger::v1::EventRef::descriptor()) return nullptr;
  return static_cast<const ledger::v1::EventRef*>(&statement.GetReflection()->GetMessage(statement, field));
}

// What a recogniser says about an edge or a firm of its own accord names an arrangement and an issuer.
void read_fields(Concern& concern, const std::string& author, const Message& statement) {
  concern.subject = text_in(statement, "subject");
  concern.certificate = text_in(statement, "certificate");
  concern.arrangement = text_in(statement, "arrangement");
  concern.issuer = text_in(statement, "issuer");
  concern.recogniser = text_in(statement, "recogniser");
  if (concern.recogniser.empty() && !concern.arrangement.empty() && !concern.issuer.empty()) {
    concern.recogniser = author;
  }
  const bool firm = !concern.subject.empty() || !concern.certificate.empty();
  if (concern.issuer.empty() && firm) concern.issuer = author;
}

std::optional<ledger::Submission> submission_at(const ledger::LedgerReader& reader, const std::string& chain_id,
                                                const ledger::v1::EventRef& target) {
  const auto id = crypto::Digest::from(target.leaf());
  const auto place = id ? reader.find(*id) : std::nullopt;
  const auto leaf = place ? reader.leaf(place->index) : std::nullopt;
  auto submission = leaf ? ledger::decode_submission(*leaf, chain_id)
                         : std::unexpected(ledger::Rejection{ledger::Code::kTargetUnknown, std::nullopt, ""});
  if (!submission || target.index() >= submission->events()) return std::nullopt;
  return std::move(*submission);
}

const Message* statement_of(const ledger::v1::Event& event, Concern& concern) {
  const auto* reflection = event.GetReflection();
  const auto* field = reflection->GetOneofFieldDescriptor(event, event.GetDescriptor()->FindOneofByName("statement"));
  if (!field) return nullptr;
  concern.kind = field->name();
  return &reflection->GetMessage(event, field);
}

}  // namespace

Concern concern_of(const ledger::LedgerReader& reader, const std::string& chain_id, const std::string& author,
                   const ledger::v1::Event& event) {
  Concern concern;
  const Message* statement = statement_of(event, concern);
  if (!statement) return concern;
  const auto* target = target_in(*statement);
  const auto pointed_to = target ? submission_at(reader, chain_id, *target) : std::nullopt;
  if (!pointed_to) {
    read_fields(concern, author, *statement);
    return concern;
  }
  // No event that may be pointed to points on.
  Concern ignored;
  const auto& there = pointed_to->payload->events(static_cast<int>(target->index()));
  if (const Message* meant = statement_of(there, ignored)) read_fields(concern, pointed_to->administration(), *meant);
  return concern;
}

}  // namespace quipu::http
