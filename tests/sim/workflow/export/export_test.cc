#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/observe/capsule.h"
#include "tests/sim/workflow/export/exported_run.h"

namespace sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ExportTest : public ExportedRun {
 protected:
  ExportOptions Everything(const std::string& name, int threads) {
    std::filesystem::create_directories(At(name));
    return {.capsule = At("run/capsule.json"),
            .pcapng = At(name + "/run.pcapng"),
            .perfetto = At(name + "/run.perfetto.json"),
            .graphml = At(name + "/overlay.graphml"),
            .dot = At(name + "/overlay.dot"),
            .csv = At(name + "/tables"),
            .threads = threads};
  }

  // Names below the folder, of files only.
  std::vector<std::string> FilesOf(const std::string& name) {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(At(name))) {
      if (entry.is_regular_file())
        files.push_back(std::filesystem::relative(entry.path(), At(name)).string());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  void Refused(const ExportOptions& options, const std::string& error) {
    EXPECT_EQ(Exported(options), ExitCode::kBadInput);
    EXPECT_EQ(error_.str(), error + "\n");
  }
};

TEST_F(ExportTest, EqualRunsWriteEqualBytesWithAnyNumberOfThreads) {
  MakeCapsule();
  ASSERT_EQ(Exported(Everything("one", 1)), ExitCode::kPass) << error_.str();
  EXPECT_THAT(out_.str(), HasSubstr("one/run.pcapng, "));
  ASSERT_EQ(Exported(Everything("four", 4)), ExitCode::kPass) << error_.str();
  const std::vector<std::string> files = FilesOf("one");
  EXPECT_THAT(files, ElementsAre("overlay.dot", "overlay.graphml", "run.pcapng",
                                 "run.perfetto.json", "tables/events.jsonl", "tables/messages.csv",
                                 "tables/operations.csv", "tables/peers.csv"));
  EXPECT_EQ(FilesOf("four"), files);
  for (const std::string& file : files) {
    EXPECT_GT(TextOf(At("one/" + file)).size(), 1000u) << file;
    EXPECT_TRUE(TextOf(At("one/" + file)) == TextOf(At("four/" + file))) << file;
  }
}

TEST_F(ExportTest, AnExportChangesNothingOfTheRun) {
  const std::string capsule = MakeCapsule();
  const std::string before = TextOf(capsule);
  ASSERT_EQ(Exported(Everything("all", 2)), ExitCode::kPass) << error_.str();
  EXPECT_EQ(TextOf(capsule), before);
}

TEST_F(ExportTest, FilesThatAreThereStayUnlessForced) {
  MakeCapsule();
  ExportOptions options{.capsule = At("run/capsule.json"), .dot = At("overlay.dot")};
  ASSERT_TRUE(WriteFileWhole(options.dot, "mine").ok());
  Refused(options, options.dot + ": is there already; --force replaces it");
  EXPECT_EQ(TextOf(options.dot), "mine");
  options.force = true;
  EXPECT_EQ(Exported(options), ExitCode::kPass) << error_.str();
  EXPECT_THAT(TextOf(options.dot), testing::StartsWith("digraph G {"));
}

TEST_F(ExportTest, ATableThatIsThereKeepsAllOfThem) {
  MakeCapsule();
  std::filesystem::create_directories(At("tables"));
  ASSERT_TRUE(WriteFileWhole(At("tables/peers.csv"), "mine").ok());
  Refused({.capsule = At("run/capsule.json"), .csv = At("tables")},
          At("tables/peers.csv") + ": is there already; --force replaces it");
  EXPECT_THAT(FilesOf("tables"), ElementsAre("peers.csv"));
}

TEST_F(ExportTest, SomethingMustBeAskedFor) {
  const std::string capsule = MakeCapsule();
  Refused({.capsule = capsule},
          "found nothing to write, allowed one or more of --pcapng, --perfetto, --graphml, --dot, "
          "--csv");
  EXPECT_THAT(FilesOf("."), testing::Each(testing::StartsWith("run/")));
}

TEST_F(ExportTest, EachOutputIsAFileOfItsOwn) {
  const std::string capsule = MakeCapsule();
  const std::string both = At("both");
  Refused({.capsule = capsule, .graphml = both, .dot = At("./both")},
          "--dot: found " + At("./both") +
              ", which is the capsule or another output, allowed a file of its own");
  Refused({.capsule = capsule, .dot = capsule, .force = true},
          "--dot: found " + capsule +
              ", which is the capsule or another output, allowed a file of its own");
  Refused({.capsule = capsule, .dot = folder_, .force = true},
          "--dot: found the folder " + folder_ + ", allowed a file");
  EXPECT_THAT(TextOf(capsule), HasSubstr("\"scenario\""));
}

TEST_F(ExportTest, PeersAndTimesMustBeThere) {
  const std::string capsule = MakeCapsule();
  Refused({.capsule = capsule, .dot = At("a.dot"), .peers = {3, 16}},
          "--peer: found 16, allowed 0 to 15");
  Refused({.capsule = capsule, .dot = At("a.dot"), .until = "soon"},
          "--until: found \"soon\", allowed a duration above 0 with its unit, for example 90s");
  EXPECT_FALSE(std::filesystem::exists(At("a.dot")));
}

TEST_F(ExportTest, AFolderThatCannotBeWrittenIsSaidSo) {
  const std::string capsule = MakeCapsule();
  const std::string file = At("none/run.pcapng");
  Refused({.capsule = capsule, .pcapng = file, .dot = At("a.dot")},
          "cannot create '" + file + ".partial': No such file or directory");
  Refused({.capsule = capsule, .dot = At("a.dot"), .csv = capsule + "/tables"},
          "cannot make folder '" + capsule + "/tables': Not a directory");
  EXPECT_THAT(FilesOf("."), testing::Not(testing::Contains(HasSubstr("a.dot"))));
}

TEST_F(ExportTest, AFileThatIsNoCapsuleOrADamagedOneIsRefused) {
  const std::string capsule = MakeCapsule();
  const ExportOptions missing{.capsule = At("none.json"), .dot = At("a.dot")};
  Refused(missing, "cannot open '" + At("none.json") + "': No such file or directory");
  const std::string summary = At("run/summary.json");
  Refused({.capsule = summary, .dot = At("a.dot")},
          summary + ": not a capsule: found a summary, allowed a capsule");
  const std::string text = TextOf(capsule);
  ASSERT_TRUE(WriteFileWhole(At("half.json"), text.substr(0, text.size() / 2)).ok());
  EXPECT_EQ(Exported({.capsule = At("half.json"), .dot = At("a.dot")}), ExitCode::kBadInput);
  EXPECT_THAT(error_.str(), testing::StartsWith(At("half.json") + ":"));
  std::string damaged = text;
  damaged[damaged.find("\"seed\": 1") + 8] = '2';
  ASSERT_TRUE(WriteFileWhole(At("damaged.json"), damaged).ok());
  EXPECT_EQ(Exported({.capsule = At("damaged.json"), .dot = At("a.dot")}), ExitCode::kBadInput);
  EXPECT_THAT(error_.str(), HasSubstr("digest"));
  EXPECT_FALSE(std::filesystem::exists(At("a.dot")));
}

TEST_F(ExportTest, ARunThatIsNotTheCapsulesLeavesNothing) {
  const std::string path = MakeCapsule();
  auto capsule = ReadCapsule(path);
  ASSERT_TRUE(capsule.ok());
  capsule->checkpoints[6].fingerprint.low ^= 1;
  capsule->build = "another";
  ASSERT_TRUE(WriteCapsule(path, *capsule).ok());
  const ExportOptions options{.capsule = path, .pcapng = At("a.pcapng")};
  EXPECT_EQ(Exported(options), ExitCode::kNondeterminism);
  EXPECT_THAT(error_.str(), HasSubstr("export: the capsule is from build another"));
  EXPECT_THAT(error_.str(),
              HasSubstr("they part between the checkpoints before and at t=00:00:08"));
  EXPECT_THAT(FilesOf("."), testing::Not(testing::Contains(HasSubstr("a.pcapng"))));
}

TEST_F(ExportTest, WhatEndsBeforeTheDifferenceIsTheCapsules) {
  const std::string path = MakeCapsule();
  auto capsule = ReadCapsule(path);
  ASSERT_TRUE(capsule.ok());
  capsule->checkpoints[6].fingerprint.low ^= 1;
  ASSERT_TRUE(WriteCapsule(path, *capsule).ok());
  EXPECT_EQ(Exported({.capsule = path, .dot = At("a.dot"), .until = "5s"}), ExitCode::kPass)
      << error_.str();
}

TEST_F(ExportTest, AnInterruptedExportLeavesNothing) {
  const std::string capsule = MakeCapsule();
  const std::atomic<bool> stop{true};
  stop_ = &stop;
  EXPECT_EQ(Exported({.capsule = capsule, .pcapng = At("a.pcapng")}), ExitCode::kUnfinished);
  EXPECT_EQ(error_.str(), "interrupted: nothing was written\n");
  EXPECT_THAT(FilesOf("."), testing::Not(testing::Contains(HasSubstr("a.pcapng"))));
}

}  // namespace
}  // namespace sim
