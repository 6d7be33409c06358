// SPDX-License-Identifier: Apache-2.0
// The report as a document to hand on: sections of sentences and tables, laid out as text or as one static page. Equal
// reports give equal bytes. Values and pure functions.
#pragma once

#include <string>
#include <vector>

#include "node/audit/report.h"

namespace quipu::audit {

struct Table {
  std::vector<std::string> heads{};
  std::vector<std::vector<std::string>> rows{};
};

struct Section {
  std::string title{};
  std::vector<std::string> sentences{};
  Table table{};  // none when it has no heads
};

struct Document {
  std::string title{}, verdict{}, meaning{};
  std::vector<Section> sections{};
  std::string digest{};  // Report::digest()
};
Document document_of(const Report& report);

// The last line of either says which SHA-256 all bytes before it have; `head -n -1 FILE | sha256sum` compares.
std::string text_of(const Document& document);
std::string html_of(const Document& document);  // no script, nothing fetched, prints on paper

}  // namespace quipu::audit
