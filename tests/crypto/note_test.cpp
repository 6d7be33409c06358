// SPDX-License-Identifier: Apache-2.0
#include "crypto/note.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <vector>

#include "crypto/digest.h"
#include "crypto/merkle.h"

namespace quipu::crypto {
namespace note_test {

const std::string kDash = "\xe2\x80\x94";

// c2sp.org/signed-note's example.
constexpr const char* kExampleKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const std::string kExampleText = "This is an example message.\n";
const std::string kExampleLine =
    kDash +
    " example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

// A published test log (its seed is published too) with three cosignatures.
constexpr const char* kOrigin = "example.com/log/testdata";
constexpr const char* kLogKey = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
constexpr const char* kLogSeed = "AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg";
constexpr const char* kWitnesses[] = {"Wit1+9b3fb2d5+BFhZSmQj9+SoL+p/nN0Hh76xXmF7QcHfytUrI1XfSClk",
                                      "Wit2+38153445+BGVbwFJte9wMQIPSnEnj4KibeO6vSIOEDUTDp3o63c2x",
                                      "Wit3+233cf275+BCb6Uz1+fxAcXkMvDd7nGa3FjDce7LxIKmbbTCT0MpVn"};
const std::string kLogText = "example.com/log/testdata\n15\nrKbDipCvhuX1GZ7g5BBe8sA6BbJ7ja/1nk427v383cs=\n";
const std::string kLogNote =
    kLogText + "\n" + kDash +
    " example.com/log/testdata M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEWP6zdkdIQzd/fmwlM/"
    "dlPWF74ewI=\n" +
    kDash +
    " Wit1 mz+y1QAAAABlU/EAYEDMPd8Ge7XzsHcNU+F3AzavfsuzhRT3gC4BORiySViMAWQq5znn5g+ruu+iDztzMS3EeF6xr4ug+O66ORoSAw==\n" +
    kDash +
    " Wit2 OBU0RQAAAABlU/EBrDBVZNhp8DEo80z37UjX3WCiaYdzrMK0aqiG6vXMVyllGqNnbAiYcUE05keOxntqpvx9wE/A+yEDiTM2LbFpAw==\n" +
    kDash +
    " Wit3 IzzydQAAAABlU/EC6PCm7qH/EYpgW/YVVD5ik2SZFKyfX7uSC/kKUlCVj0bTLHshdTdPp7dH2dkvNilqVJ0mBRC1ZOI3dLk2K7RhBw==\n";

SecretKey seeded(char seed) { return SecretKey::from_seed(Bytes(32, seed)).value(); }

NoteVerifier verifier(const char* vkey) { return NoteVerifier::parse(vkey).value(); }

bool parses(const std::string& bytes) { return Note::parse(bytes).has_value(); }
bool line_parses(const std::string& line) { return parses("text\n\n" + line); }

std::string many_lines(std::size_t count) {
  std::string bytes = "text\n\n";
  for (std::size_t i = 0; i < count; ++i) bytes += kExampleLine;
  return bytes;
}

}  // namespace note_test

TEST_CASE("the example note of the specification is read and verified and written") {
  using namespace note_test;
  const auto who = verifier(kExampleKey);
  CHECK(who.name == "example.com/foo");
  CHECK(who.type == NoteKeyType::kEd25519);
  CHECK(to_hex(who.id().view()) == "530d903a");
  CHECK(who.vkey() == kExampleKey);
  const auto note = Note::parse(kExampleText + "\n" + kExampleLine);
  REQUIRE(note);
  CHECK(note->text == kExampleText);
  REQUIRE(note->lines.size() == 1);
  CHECK(verify_line(note->text, note->lines[0], who));
  CHECK_FALSE(verify_line("Another message.\n", note->lines[0], who));
  CHECK(note->format() == kExampleText + "\n" + kExampleLine);
}

TEST_CASE("a published checkpoint with three cosignatures verifies line by line") {
  using namespace note_test;
  const auto note = Note::parse(kLogNote);
  REQUIRE(note);
  REQUIRE(note->lines.size() == 4);
  CHECK(note->format() == kLogNote);
  CHECK(verify_line(note->text, note->lines[0], verifier(kLogKey)));
  CHECK_FALSE(cosignature_time_s(note->lines[0]));
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(verify_line(note->text, note->lines[i + 1], verifier(kWitnesses[i])));
    CHECK_FALSE(verify_line(note->text, note->lines[i + 1], verifier(kWitnesses[(i + 1) % 3])));
    CHECK(cosignature_time_s(note->lines[i + 1]) == 1'700'000'000 + i);
  }
}

TEST_CASE("the published log line is made again from its seed") {
  using namespace note_test;
  const auto key = SecretKey::from_seed(from_base64(kLogSeed)->substr(1)).value();
  CHECK(NoteVerifier{kOrigin, NoteKeyType::kEd25519, key.public_key()}.vkey() == kLogKey);
  Note note{kLogText, {sign_note(kLogText, kOrigin, key)}};
  const auto published = Note::parse(kLogNote).value();
  CHECK(note.lines[0].signature == published.lines[0].signature);
  for (std::size_t i = 1; i < 4; ++i) {
    const auto signature = Signature::from(published.lines[i].signature.substr(8)).value();
    note.lines.push_back(cosignature_line(verifier(kWitnesses[i - 1]), 1'700'000'000 + i - 1, signature));
  }
  CHECK(note.format() == kLogNote);
}

TEST_CASE("checkpoints of the public tile log are read and its log line verifies") {
  using namespace note_test;
  const std::filesystem::path folder = QUIPU_SOURCE_DIR "/../shared/data/vectors/tlog/testdata/log";
  if (!std::filesystem::exists(folder)) {
    std::cout << "SKIPPED: no tile log at " << folder << std::endl;
    return;
  }
  for (const std::uint64_t size : {0U, 8U, 12U, 15U}) {
    std::ifstream file(folder / ("checkpoint." + std::to_string(size)));
    const auto note = Note::parse(std::string(std::istreambuf_iterator<char>(file), {}));
    REQUIRE(note);
    const auto checkpoint = Checkpoint::parse(note->text);
    REQUIRE(checkpoint);
    CHECK(checkpoint->size == size);
    CHECK(checkpoint->text() == note->text);
    CHECK(verify_line(note->text, note->lines[0], verifier(kLogKey)));
  }
}

TEST_CASE("a cosignature binds its time and the whole text and the name") {
  using namespace note_test;
  const auto key = seeded('w');
  const NoteVerifier who{"origin/PE", NoteKeyType::kCosignature, key.public_key()};
  CHECK(cosignature_message("text\n", 17) == "cosignature/v1\ntime 17\ntext\n");
  const auto line = cosign_note("text\n", "origin/PE", key, 17);
  CHECK(verify_line("text\n", line, who));
  CHECK(cosignature_time_s(line) == 17);
  CHECK_FALSE(verify_line("text\n\n", line, who));
  CHECK_FALSE(verify_line("text\n", cosignature_line(who, 18, *Signature::from(line.signature.substr(8))), who));
  auto renamed = line;
  renamed.name = "origin/CL";
  CHECK_FALSE(verify_line("text\n", renamed, who));
  auto cut = line;
  cut.signature.pop_back();
  CHECK_FALSE(verify_line("text\n", cut, who));
  CHECK_FALSE(cosignature_time_s(cut));
}

TEST_CASE("a cosignature time beyond 63 bits is none") {
  using namespace note_test;
  const auto key = seeded('w');
  const NoteVerifier who{"w", NoteKeyType::kCosignature, key.public_key()};
  const std::uint64_t most = (std::uint64_t{1} << 63) - 1;
  CHECK(verify_line("t\n", cosign_note("t\n", "w", key, most), who));
  CHECK_FALSE(verify_line("t\n", cosign_note("t\n", "w", key, most + 1), who));
}

TEST_CASE("a plain line is no cosignature and the other way round although the key is one") {
  using namespace note_test;
  const auto key = seeded('k');
  const NoteVerifier plain{"n", NoteKeyType::kEd25519, key.public_key()};
  const NoteVerifier cosigner{"n", NoteKeyType::kCosignature, key.public_key()};
  CHECK(plain.id() != cosigner.id());
  const auto line = sign_note("t\n", "n", key);
  CHECK(verify_line("t\n", line, plain));
  CHECK_FALSE(verify_line("t\n", line, cosigner));
  CHECK_FALSE(verify_line("t\n", cosign_note("t\n", "n", key, 1), plain));
  auto relabelled = line;
  relabelled.id = cosigner.id();
  CHECK_FALSE(verify_line("t\n", relabelled, cosigner));
}

TEST_CASE("a note has up to 256 lines so that 255 members and a log can sign one") {
  using namespace note_test;
  CHECK_FALSE(parses(many_lines(0)));
  CHECK(parses(many_lines(1)));
  CHECK(parses(many_lines(16)));
  CHECK(parses(many_lines(256)));
  CHECK_FALSE(parses(many_lines(257)));
}

TEST_CASE("a note is refused whose text is out of form") {
  using namespace note_test;
  const auto with_text = [](const std::string& text) { return parses(text + "\n" + kExampleLine); };
  CHECK(with_text("text\n"));
  CHECK(with_text("two\n\nparagraphs\n"));
  CHECK(with_text("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\n"));
  CHECK_FALSE(with_text("no line feed"));
  CHECK_FALSE(with_text("a\ttab\n"));
  CHECK_FALSE(with_text("a\r\n"));
  CHECK_FALSE(with_text(std::string("a\0\n", 3)));
  CHECK_FALSE(with_text("latin \xe9\n"));
  CHECK_FALSE(with_text("overlong \xc0\xaf\n"));
  CHECK_FALSE(with_text("overlong \xe0\x80\xaf\n"));
  CHECK_FALSE(with_text("surrogate \xed\xa0\x80\n"));
  CHECK_FALSE(with_text("too large \xf4\x90\x80\x80\n"));
  CHECK_FALSE(with_text("alone \x80\n"));
  CHECK_FALSE(with_text("cut \xe2\x82\n"));
  CHECK_FALSE(with_text("\xff\n"));
  CHECK_FALSE(with_text(std::string(1'000'000, 'a') + "\n"));
  CHECK_FALSE(parses(""));
  CHECK_FALSE(parses("\n\n"));
  CHECK_FALSE(parses(kExampleLine));
}

TEST_CASE("a signature line is refused that is out of form") {
  using namespace note_test;
  const std::string start = kDash + " ";
  CHECK(line_parses(start + "name AAAAAAA=\n"));
  CHECK(line_parses(start + "n\xc3\xa4me AAAAAAA=\n"));
  CHECK_FALSE(line_parses(start + "name AAAAAAA="));                // no line feed
  CHECK_FALSE(line_parses(start + "name AAAAAA==\n"));              // a key id and nothing behind it
  CHECK_FALSE(line_parses(start + "name AAAAAAB=\n"));              // trailing bits
  CHECK_FALSE(line_parses(start + "name AAAAAAA\n"));               // no padding
  CHECK_FALSE(line_parses(start + "name AAAAAAA= \n"));             //
  CHECK_FALSE(line_parses(start + "name  AAAAAAA=\n"));             //
  CHECK_FALSE(line_parses(start + "name AA-_AAA=\n"));              // the alphabet for addresses
  CHECK_FALSE(line_parses(start + "name\n"));                       //
  CHECK_FALSE(line_parses(start + " AAAAAAA=\n"));                  // no name
  CHECK_FALSE(line_parses(start + "na+me AAAAAAA=\n"));             //
  CHECK_FALSE(line_parses(start + "na\xc2\xa0me AAAAAAA=\n"));      // a space that does not break
  CHECK_FALSE(line_parses(start + "na\xe2\x80\xa8me AAAAAAA=\n"));  // a line separator
  CHECK_FALSE(line_parses(start + "na\xffme AAAAAAA=\n"));          //
  CHECK_FALSE(line_parses(start + "na\tme AAAAAAA=\n"));            //
  CHECK_FALSE(line_parses("- name AAAAAAA=\n"));                    // a hyphen
  CHECK_FALSE(line_parses(start + "name AAAAAAA=\r\n"));            //
  CHECK_FALSE(line_parses(start + "name AAAAAAA=\nmore\n"));        //
}

TEST_CASE("a verifier key is refused that is out of form or does not fit its id") {
  using namespace note_test;
  const std::string key = "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
  CHECK(NoteVerifier::parse("example.com/foo+530d903a+" + key));
  const std::vector<std::string> bad_keys = {"",
                                             "example.com/foo",
                                             "example.com/foo+530d903a",
                                             "example.com/foo+530d903a+",
                                             "example.com/foo+530D903A+" + key,
                                             "example.com/foo+530d903b+" + key,
                                             "example.com/bar+530d903a+" + key,
                                             "+530d903a+" + key,
                                             "example.com/foo+530d903a+" + key + "=",
                                             "example.com/foo+0530d903a+" + key,
                                             "example.com/f o+530d903a+" + key,
                                             " example.com/foo+530d903a+" + key,
                                             "example.com/foo+530d903a+" + key + "\n"};
  for (const auto& bad : bad_keys) {
    INFO(bad);
    CHECK_FALSE(NoteVerifier::parse(bad));
  }
  const auto good = seeded('k').public_key();
  CHECK_FALSE(NoteVerifier::parse(NoteVerifier{"n", static_cast<NoteKeyType>(2), good}.vkey()));
  CHECK_FALSE(NoteVerifier::parse(NoteVerifier{"n", static_cast<NoteKeyType>(6), good}.vkey()));
  PublicKey small{};
  small.bytes[0] = 1;
  CHECK_FALSE(NoteVerifier::parse(NoteVerifier{"n", NoteKeyType::kEd25519, small}.vkey()));
}

TEST_CASE("a checkpoint has exactly its three lines") {
  using namespace note_test;
  const auto root = to_base64(sha256("root").view());
  const auto checkpoint = Checkpoint::parse("origin/log\n12\n" + root + "\n");
  REQUIRE(checkpoint);
  CHECK(*checkpoint == Checkpoint{"origin/log", 12, sha256("root")});
  CHECK(checkpoint->text() == "origin/log\n12\n" + root + "\n");
  CHECK(Checkpoint::parse("o\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"));
  CHECK(Checkpoint::parse("o\n18446744073709551615\n" + root + "\n"));
  for (const auto& bad : {std::string(),
                          "o\n12\n" + root,
                          "o\n12\n" + root + "\n\n",
                          "o\n12\n" + root + "\nextension\n",
                          "\n12\n" + root + "\n",
                          "o o\n12\n" + root + "\n",
                          "o+o\n12\n" + root + "\n",
                          "o\n012\n" + root + "\n",
                          "o\n+12\n" + root + "\n",
                          "o\n-1\n" + root + "\n",
                          "o\n\n" + root + "\n",
                          "o\n 12\n" + root + "\n",
                          "o\n12 \n" + root + "\n",
                          "o\n0x1\n" + root + "\n",
                          "o\n18446744073709551616\n" + root + "\n",
                          "o\n0\n" + root + "\n",
                          std::string("o\n12\nAAAA\n"),
                          "o\n12\n" + root + "=\n",
                          "o\n12\n" + root.substr(0, 43) + "\n",
                          "o\r\n12\r\n" + root + "\r\n"}) {
    INFO(bad);
    CHECK_FALSE(Checkpoint::parse(bad));
  }
}

TEST_CASE("a policy lists the logs then the witnesses and then the quorum") {
  using namespace note_test;
  const std::vector<PublicKey> logs = {seeded('1').public_key(), seeded('2').public_key()};
  const std::vector<PublicKey> cosigners = {seeded('3').public_key(), seeded('4').public_key()};
  const auto log = [&](int i) { return NoteVerifier{"o", NoteKeyType::kEd25519, logs[i]}.vkey(); };
  const auto witness = [&](const char* name, int i) {
    return NoteVerifier{name, NoteKeyType::kCosignature, cosigners[i]}.vkey();
  };
  CHECK(policy_text("o", {"CL", "PE"}, logs, cosigners, 2) ==
        "log " + log(0) + "\nlog " + log(1) + "\nwitness CL " + witness("o/CL", 0) + "\nwitness PE " +
            witness("o/PE", 1) + "\ngroup members 2 CL PE\nquorum members\n");
}

}  // namespace quipu::crypto
