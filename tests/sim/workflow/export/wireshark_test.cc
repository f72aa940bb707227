// What tshark makes of an exported capture: the settings are those of docs/commands.md.
#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <set>

#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/codec/message_types.h"
#include "tests/sim/workflow/export/exported_run.h"

namespace sim {
namespace {

using testing::HasSubstr;

class WiresharkTest : public ExportedRun {
 protected:
  void SetUp() override {
    const std::string capsule = MakeCapsule();
    ASSERT_EQ(Exported({.capsule = capsule, .pcapng = At("run.pcapng")}), ExitCode::kPass)
        << error_.str();
  }

  // What it prints; an empty profile keeps the settings of whoever runs the tests out.
  std::string Tshark(const std::string& arguments) {
    const std::string command = absl::StrFormat(
        "HOME='%s' XDG_CONFIG_HOME='%s' tshark -r '%s' -X 'lua_script:%s' "
        "-o 'uat:protobuf_search_paths:\"%s\",\"FALSE\"' "
        "-o 'uat:protobuf_search_paths:\"%s\",\"TRUE\"' %s 2>'%s'",
        folder_, folder_, At("run.pcapng"), SourcePath("tools/wireshark/orbweaver.lua"),
        SourcePath("."), SourcePath("core/codec"), arguments, At("complaints"));
    std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    std::string text;
    std::array<char, 1 << 16> chunk{};
    while (const size_t got = fread(chunk.data(), 1, chunk.size(), pipe.get()))
      text.append(chunk.data(), got);
    EXPECT_EQ(pclose(pipe.release()), 0) << TextOf(At("complaints"));
    return text;
  }

  static std::vector<std::string> LinesOf(const std::string& text) {
    return absl::StrSplit(text, '\n', absl::SkipEmpty());
  }
};

TEST_F(WiresharkTest, NamesOfMessagesAndFieldsAppear) {
  std::set<std::string> messages;
  std::set<std::string> fields;
  const std::string text =
      Tshark("-T fields -e protobuf.message.name -e protobuf.field.name -Y protobuf");
  for (const std::string& line : LinesOf(text)) {
    const std::vector<std::string> columns = absl::StrSplit(line, '\t');
    ASSERT_EQ(columns.size(), 2u) << line;
    for (const auto name : absl::StrSplit(columns[0], ',')) messages.emplace(name);
    for (const auto name : absl::StrSplit(columns[1], ',')) fields.emplace(name);
  }
  for (const char* name :
       {"FindNode", "Nodes", "Provide", "Record", "Find", "Found", "Offer", "TxSubmit",
        "Transaction", "TxPromise", "TxVote", "TxCommit", "Vote", "BlockGet", "BlockReply"})
    EXPECT_THAT(messages, testing::Contains("orbweaver.wire." + std::string(name)));
  for (const char* name : {"target", "contacts", "node_id", "addresses", "key", "record",
                           "signature", "base_revision", "content_hash", "votes", "with_value"})
    EXPECT_THAT(fields, testing::Contains(name));
}

TEST_F(WiresharkTest, TcpIsInOrderAndNothingIsMalformedButWhatWasDamaged) {
  EXPECT_EQ(Tshark("-o tcp.check_checksum:TRUE -Y 'tcp.checksum.status == 0'"), "");
  EXPECT_EQ(Tshark("-Y 'tcp.analysis.flags && !tcp.analysis.window_update'"), "");
  EXPECT_EQ(Tshark("-Y '_ws.malformed && !frame.comment'"), "");
  EXPECT_EQ(Tshark("-2 -Y 'tcp.len > 0 && !orbweaver && !tcp.reassembled_in && !frame.comment'"),
            "");
}

TEST_F(WiresharkTest, WhatTheNetworkDidStandsInComments) {
  const std::string comments = Tshark("-Y frame.comment -T fields -e frame.comment");
  EXPECT_THAT(comments, HasSubstr("dropped: loss"));
  EXPECT_THAT(comments, HasSubstr("dropped: partition"));
  EXPECT_THAT(comments, HasSubstr("the receiver could not decode it"));
}

TEST_F(WiresharkTest, FieldsHaveTheValuesOfTheRun) {
  const std::string ids = Tshark(
      "-Y 'orbweaver.type == 0x0103 && !frame.comment' -T fields -e orbweaver.id -e "
      "orbweaver.sent_ms "
      "-e frame.time_epoch -c 4000");
  const std::vector<std::string> lines = LinesOf(ids);
  ASSERT_GT(lines.size(), 10u);
  const auto travelled = [](const std::string& line) {
    const std::vector<std::string> columns = absl::StrSplit(line, '\t');
    const double seconds = std::stod(columns[2]) - std::stod(columns[1]) / 1000;
    return seconds > 0.004 && seconds < 0.1;  // The delays are 5 to 40 ms; clocks are right here.
  };
  const auto right = std::count_if(lines.begin(), lines.end(), travelled);
  EXPECT_GT(right * 10, static_cast<int64_t>(lines.size()) * 9) << "the others are damaged";
}

// FindNode of find_node.
std::string MessageNameOf(std::string_view words) {
  std::string name;
  bool capital = true;
  for (const char c : words) {
    if (c != '_') name += capital ? static_cast<char>(c - 'a' + 'A') : c;
    capital = c == '_';
  }
  return name;
}

TEST(WiresharkScriptTest, KnowsEveryType) {
  const auto script = ReadFileWhole(SourcePath("tools/wireshark/orbweaver.lua"));
  ASSERT_TRUE(script.ok());
  for (const core::MessageType& type : core::kMessageTypes)
    EXPECT_THAT(*script, HasSubstr(absl::StrFormat("[0x%04x] = \"%s\"", type.type,
                                                   MessageNameOf(type.name))));
}

}  // namespace
}  // namespace sim
