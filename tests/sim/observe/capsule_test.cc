#include "sim/observe/capsule.h"

#include <gtest/gtest.h>

namespace sim {
namespace {

Capsule Sample() {
  Capsule capsule;
  capsule.scenario = R"({"name":"small","note":"line\nfeed and \"quotes\""})";
  capsule.scenario_path = "scenarios/small.json";
  capsule.data_files = {{"a.csv", "1,2\n3,4\n"}, {"b.bin", std::string("\xff\x00\x80", 3)}};
  capsule.faults = R"([{"do":"loss","drawn":true}])";
  capsule.seed = UINT64_MAX;
  capsule.build = "1.0-abc";
  capsule.ended = WorldTime{2'000'000};
  capsule.fingerprint = {0x0123456789abcdef, 0xfedcba9876543210};
  capsule.failed = FailedCheck{"MM-2", {WorldTime{17}, core::kNoPeer, "topic", "this", "that"}};
  capsule.checkpoints = {{WorldTime{1'000'000}, {1, 2}}, {WorldTime{2'000'000}, {3, 4}}};
  return capsule;
}

std::string ErrorOf(const std::string& text) {
  const auto capsule = ParseCapsule(text, "c.json");
  return capsule.ok() ? "no error" : std::string(core::MessageOf(capsule.status()));
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(CapsuleTest, ReadsBackWhatItWrote) {
  const Capsule written = Sample();
  const auto read = ParseCapsule(CapsuleText(written), "c.json");
  ASSERT_TRUE(read.ok()) << core::MessageOf(read.status());
  EXPECT_EQ(read->scenario, written.scenario);
  EXPECT_EQ(read->scenario_path, written.scenario_path);
  EXPECT_EQ(read->data_files, written.data_files);
  EXPECT_EQ(read->faults, written.faults);
  EXPECT_EQ(read->seed, written.seed);
  EXPECT_EQ(read->build, written.build);
  EXPECT_EQ(read->ended, written.ended);
  EXPECT_EQ(read->fingerprint, written.fingerprint);
  EXPECT_EQ(read->checkpoints, written.checkpoints);
  ASSERT_TRUE(read->failed.has_value());
  EXPECT_EQ(read->failed->check, "MM-2");
  EXPECT_EQ(read->failed->violation.peer, core::kNoPeer);
  EXPECT_EQ(read->failed->violation.found, "that");
  EXPECT_EQ(CapsuleText(*read), CapsuleText(written));
}

TEST(CapsuleTest, ARunWithoutAFailureHasNone) {
  Capsule capsule = Sample();
  capsule.failed.reset();
  const auto read = ParseCapsule(CapsuleText(capsule), "c.json");
  ASSERT_TRUE(read.ok());
  EXPECT_FALSE(read->failed.has_value());
}

TEST(CapsuleTest, ATruncatedCapsuleIsRefusedWithItsPlace) {
  const std::string text = CapsuleText(Sample());
  const std::string error = ErrorOf(text.substr(0, text.size() / 2));
  EXPECT_TRUE(error.starts_with("c.json:")) << error;
  EXPECT_NE(error.find("truncated"), std::string::npos) << error;
}

TEST(CapsuleTest, EveryTruncationIsRefused) {
  const std::string text = CapsuleText(Sample());
  for (size_t length = 0; length + 2 < text.size(); ++length) {
    ASSERT_FALSE(ParseCapsule(text.substr(0, length), "c.json").ok()) << length;
  }
}

TEST(CapsuleTest, AChangedCapsuleIsRefused) {
  const std::string error = ErrorOf(Replaced(CapsuleText(Sample()), "1,2", "1,3"));
  EXPECT_NE(error.find("at 'digest'"), std::string::npos) << error;
  EXPECT_NE(error.find("the file was changed"), std::string::npos) << error;
}

TEST(CapsuleTest, AnotherVersionIsRefusedBeforeItsKeys) {
  const std::string error = ErrorOf(R"({"format":"orbweaver capsule","schema":2,"new":true})");
  EXPECT_EQ(error,
            "c.json: at 'schema': found version 2; expected version 1, the only one that this "
            "build reads");
}

TEST(CapsuleTest, AnotherFileIsRefused) {
  EXPECT_EQ(ErrorOf("{}"),
            "c.json: at 'format': found another kind of file; expected \"orbweaver capsule\"");
  EXPECT_NE(ErrorOf("[1]").find("at 'format'"), std::string::npos);
  EXPECT_NE(ErrorOf("").find("c.json:1:1"), std::string::npos);
}

TEST(CapsuleTest, MissingUnknownAndMistypedMembersAreNamed) {
  const std::string text = CapsuleText(Sample());
  EXPECT_NE(ErrorOf(Replaced(text, "\"seed\"", "\"sead\"")).find("at 'seed': found nothing"),
            std::string::npos);
  EXPECT_NE(ErrorOf(Replaced(text, "{\n", "{\n\"extra\":1,")).find("at 'extra'"),
            std::string::npos);
}

TEST(CapsuleTest, FindsTheFirstDifferenceOfTwoRuns) {
  const std::vector<Checkpoint> a = Sample().checkpoints;
  std::vector<Checkpoint> b = a;
  EXPECT_FALSE(FirstDifference(a, b).has_value());
  b[1].fingerprint.low = 9;
  EXPECT_EQ(FirstDifference(a, b), 1u);
  b.pop_back();
  EXPECT_FALSE(FirstDifference(a, b).has_value());
}

TEST(CapsuleTest, WritingNamesTheFileThatCannotBeWritten) {
  const core::Status status = WriteCapsule("/nowhere/capsule.json", Sample());
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(core::MessageOf(status),
            "cannot create '/nowhere/capsule.json.partial': No such file or directory");
  EXPECT_FALSE(ReadCapsule("/nowhere/capsule.json").ok());
}

}  // namespace
}  // namespace sim
