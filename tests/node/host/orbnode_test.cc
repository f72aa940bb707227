// The program itself, as an operator runs it.
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/crypto/sodium_suite.h"
#include "node/base/visible_text.h"
#include "node/host/key_file.h"
#include "node/host/node.h"
#include "tests/node/base/scratch_folder.h"
#include "tests/node/host/child_process.h"
#include "tests/node/host/prepared_node.h"

namespace node {
namespace {

class OrbnodeTest : public testing::Test {
 protected:
  // A folder as `orbnode init` leaves it, listening at a free port, with more options.
  std::string Prepare(const std::string& options = "") {
    return PrepareNode(scratch_ / ("n" + std::to_string(++nodes_)),
                       R"({"listen":["127.0.0.1:0"],"admin":{"listen":""})" + options + "}");
  }

  ScratchFolder scratch_;
  int nodes_ = 0;
};

TEST_F(OrbnodeTest, InitMakesAKeyAndAConfigurationThatCheckAccepts) {
  const std::filesystem::path folder = scratch_ / "fresh";
  Process init({"init", folder.string()});
  ASSERT_EQ(init.Wait(), 0) << init.text();
  Process check({"check", "--config", (folder / "node.json").string()});
  EXPECT_EQ(check.Wait(), 0) << check.text();
  Process again({"init", folder.string()});
  EXPECT_EQ(again.Wait(), 3);
  EXPECT_NE(again.text().find("a key is never replaced"), std::string::npos);
}

TEST_F(OrbnodeTest, AnEmptyHomeIsEnoughToRun) {
  Process node({"run"}, scratch_.path().string());
  const bool runs = node.WaitFor("joined the network");
  node.Signal(SIGTERM);
  const int code = node.Wait();
  // The default port may be in use: then it says so, and nothing else is wrong.
  EXPECT_TRUE((runs && code == 0) || code == 4) << node.text();
  EXPECT_TRUE(std::filesystem::exists(scratch_ / ".local/share/orbnode/data/node.key"));
}

TEST_F(OrbnodeTest, ItStopsAtSigtermWithinFiveSecondsAndKeepsItsIdentity) {
  const std::string config = Prepare();
  std::string first;
  for (int life = 1; life <= 2; ++life) {
    Process node({"run", "--config", config});
    ASSERT_TRUE(node.WaitFor("joined the network")) << node.text();
    EXPECT_NE(node.text().find("incarnation=" + std::to_string(life)), std::string::npos);
    const auto begun = std::chrono::steady_clock::now();
    node.Signal(life == 1 ? SIGTERM : SIGINT);
    EXPECT_EQ(node.Wait(), 0) << node.text();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(5));
    EXPECT_NE(node.text().find("stopped complete=true"), std::string::npos);
    const std::string id = node.text().substr(node.text().find("node="), 69);
    if (life == 1) first = id;
    EXPECT_EQ(id, first);
  }
}

TEST_F(OrbnodeTest, AKilledNodeComesBackWithTheNextIncarnation) {
  const std::string config = Prepare();
  Process killed({"run", "--config", config});
  ASSERT_TRUE(killed.WaitFor("incarnation=1")) << killed.text();
  killed.Signal(SIGKILL);
  EXPECT_EQ(killed.Wait(), -1);
  Process node({"run", "--config", config});
  EXPECT_TRUE(node.WaitFor("incarnation=2")) << node.text();
}

TEST_F(OrbnodeTest, AFolderHasOneNode) {
  const std::string config = Prepare();
  Process first({"run", "--config", config});
  ASSERT_TRUE(first.WaitFor("the node runs")) << first.text();
  Process second({"run", "--config", config});
  EXPECT_EQ(second.Wait(), 3);
  EXPECT_NE(second.text().find("orbnode: "), std::string::npos) << second.text();
}

TEST_F(OrbnodeTest, APortInUseIsSaidWithItsNumber) {
  const std::string config = Prepare();
  const Port taken;
  WriteText(config, R"({"listen":["127.0.0.1:)" + taken.number() + R"("]})");
  Process node({"run", "--config", config});
  EXPECT_EQ(node.Wait(), 4);
  EXPECT_NE(node.text().find(taken.number()), std::string::npos) << node.text();
  EXPECT_NE(node.text().find("in use"), std::string::npos) << node.text();
}

TEST_F(OrbnodeTest, TheOperatorIsServedWhereTheConfigurationSays) {
  const std::string config = Prepare();
  WriteText(config, R"({"listen":["127.0.0.1:0"],"admin":{"listen":"127.0.0.1:0"}})");
  const auto socket = std::filesystem::path(config).parent_path() / "data/control.sock";
  for (int life = 1; life <= 2; ++life) {
    Process node({"run", "--config", config});
    ASSERT_TRUE(node.WaitFor("joined the network")) << node.text();
    EXPECT_NE(node.text().find("admin pages url=http://127.0.0.1:"), std::string::npos);
    EXPECT_EQ(std::filesystem::status(socket).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    // Killed, it leaves the socket's file behind, and the next life is not in the way of it.
    node.Signal(life == 1 ? SIGKILL : SIGTERM);
    EXPECT_EQ(node.Wait(), life == 1 ? -1 : 0) << node.text();
    EXPECT_EQ(std::filesystem::exists(socket), life == 1);
  }
}

TEST_F(OrbnodeTest, APortOfTheOperatorThatIsInUseEndsTheStart) {
  const std::string config = Prepare();
  const Port taken;
  const std::string place = "127.0.0.1:" + taken.number();
  WriteText(config, R"({"listen":["127.0.0.1:0"],"admin":{"listen":")" + place + R"("}})");
  Process node({"run", "--config", config});
  EXPECT_EQ(node.Wait(), 4) << node.text();
  EXPECT_NE(node.text().find("admin.listen: listen at " + place), std::string::npos) << node.text();
}

TEST_F(OrbnodeTest, ADamagedKeyIsSaidAndNothingRuns) {
  const std::string config = Prepare();
  const auto key = std::filesystem::path(config).parent_path() / "data" / kKeyFileName;
  std::string text = TextOfFile(key);
  text[100] = text[100] == 'a' ? 'b' : 'a';
  WriteText(key, text);
  for (const std::string verb : {"run", "check"}) {
    Process node({verb, "--config", config});
    EXPECT_EQ(node.Wait(), 3) << verb;
    EXPECT_NE(node.text().find("does not lead to the node id"), std::string::npos) << node.text();
  }
  std::filesystem::remove(key);
  Process node({"run", "--config", config});
  EXPECT_EQ(node.Wait(), 3);
  EXPECT_NE(node.text().find("`orbnode init` makes one"), std::string::npos) << node.text();
}

TEST_F(OrbnodeTest, AWrongConfigurationIsSaidWithItsPlace) {
  const std::string config = Prepare();
  WriteText(config, "{\"lissten\": []}");
  Process node({"run", "--config", config});
  EXPECT_EQ(node.Wait(), 2);
  EXPECT_NE(node.text().find("lissten"), std::string::npos) << node.text();
  Process missing({"run", "--config", config + ".not"});
  EXPECT_EQ(missing.Wait(), 2);
  Process usage({"fly"});
  EXPECT_EQ(usage.Wait(), 1);
}

TEST_F(OrbnodeTest, AForeignStoreIsRefused) {
  const std::string config = Prepare();
  WriteText(std::filesystem::path(config).parent_path() / "data" / "store", std::string(8192, 'x'));
  Process node({"run", "--config", config});
  EXPECT_EQ(node.Wait(), 3) << node.text();
}

TEST_F(OrbnodeTest, TheStoreIsCopiedAndCheckedWhileTheNodeRuns) {
  const std::string config = Prepare();
  Process node({"run", "--config", config});
  ASSERT_TRUE(node.WaitFor("joined the network")) << node.text();
  Process backup({"backup", "--config", config, (scratch_ / "copy").string()});
  EXPECT_EQ(backup.Wait(), 0) << backup.text();
  EXPECT_NE(backup.text().find("sound"), std::string::npos);
  Process verify({"verify", "--config", config});
  EXPECT_EQ(verify.Wait(), 0) << verify.text();
}

TEST_F(OrbnodeTest, SighupOpensTheLogAnew) {
  const std::string config = Prepare(R"(,"log":{"file":"node.log"})");
  const auto log = std::filesystem::path(config).parent_path() / "data" / "node.log";
  Process node({"run", "--config", config});
  const auto holds = [](const std::filesystem::path& file, const std::string& text) {
    const auto end = std::chrono::steady_clock::now() + kDeadline;
    while (std::chrono::steady_clock::now() < end) {
      if (TextOfFile(file).find(text) != std::string::npos) return true;
      std::this_thread::yield();
    }
    return false;
  };
  ASSERT_TRUE(holds(log, "joined the network"));
  std::filesystem::rename(log, log.string() + ".1");
  node.Signal(SIGHUP);
  node.Signal(SIGTERM);
  EXPECT_EQ(node.Wait(), 0) << node.text();
  EXPECT_TRUE(holds(log, "stopped"));
}

// The secret of a running node may be in its key file and nowhere else: raw, as hexadecimal, or as base64.
TEST_F(OrbnodeTest, TheSecretIsInNoFileButTheKeyFileAndInNoOutput) {
  const std::string config = Prepare(R"(,"log":{"level":"debug"})");
  const auto folder = std::filesystem::path(config).parent_path();
  const core::SodiumSuite suite;
  core::SecretKey secret;
  ASSERT_TRUE(ReadKeyFile(folder / "data" / kKeyFileName, suite, secret).ok());
  Process node({"run", "--config", config});
  ASSERT_TRUE(node.WaitFor("joined the network")) << node.text();
  node.Signal(SIGTERM);
  ASSERT_EQ(node.Wait(), 0);
  const std::string hex = HexText(secret.seed);
  const std::string raw(secret.seed.begin(), secret.seed.end());
  const auto betrays = [&](const std::string& text) {
    return text.find(hex.substr(0, 24)) != std::string::npos ||
           text.find(raw.substr(0, 12)) != std::string::npos;
  };
  EXPECT_FALSE(betrays(node.text()));
  size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().filename() == kKeyFileName) continue;
    ++files;
    EXPECT_FALSE(betrays(TextOfFile(entry.path()))) << entry.path();
  }
  EXPECT_GE(files, 2u);
  EXPECT_TRUE(betrays(TextOfFile(folder / "data" / kKeyFileName)));
}

// A port of loopback that was free a moment ago: nobody else takes it so soon.
std::string FreePort() {
  return Port().number();
}

TEST_F(OrbnodeTest, TwoProcessesJoinAndOneSurvivesTheOther) {
  const std::string config = Prepare();
  const std::string port = FreePort();
  WriteText(config, R"({"listen":["127.0.0.1:)" + port +
                        R"("],"admin":{"listen":""},"log":{"level":"debug"}})");
  Process first({"run", "--config", config});
  ASSERT_TRUE(first.WaitFor("joined the network")) << first.text();
  const std::string other = Prepare(R"(,"seeds":["127.0.0.1:)" + port + R"("])");
  Process second({"run", "--config", other});
  ASSERT_TRUE(second.WaitFor("joined the network contacts=1")) << second.text();
  ASSERT_TRUE(first.WaitFor("connected peer")) << first.text();
  second.Signal(SIGTERM);
  EXPECT_EQ(second.Wait(), 0);
  EXPECT_TRUE(first.WaitFor("disconnected peer")) << first.text();
  first.Signal(SIGTERM);
  EXPECT_EQ(first.Wait(), 0);
}

// Whoever signals a group of processes and then its leader sends two.
TEST_F(OrbnodeTest, TwoSignalsAtOnceAreOneWish) {
  const std::string config = Prepare();
  Process node({"run", "--config", config});
  ASSERT_TRUE(node.WaitFor("joined the network")) << node.text();
  node.Signal(SIGTERM);
  node.Signal(SIGINT);
  EXPECT_EQ(node.Wait(), 0) << node.text();
}

// Killed again and again while others run: the store is never damaged, the identity stays, and it joins again.
TEST_F(OrbnodeTest, KilledInALoopItKeepsItsStoreAndRejoins) {
  const std::string port = FreePort();
  const std::string config = Prepare();
  WriteText(config, R"({"listen":["127.0.0.1:)" + port + R"("],"admin":{"listen":""}})");
  Process first({"run", "--config", config});
  ASSERT_TRUE(first.WaitFor("joined the network")) << first.text();
  const std::string seeds = R"(,"seeds":["127.0.0.1:)" + port + R"("])";
  Process second({"run", "--config", Prepare(seeds)});
  ASSERT_TRUE(second.WaitFor("joined the network")) << second.text();
  const std::string victim = Prepare(seeds);
  std::string id;
  for (int life = 1; life <= 12; ++life) {
    Process node({"run", "--config", victim});
    // At another point of its life each time.
    constexpr std::array kPoints = {"the node runs", "the core starts", "joined the network"};
    const std::string point = kPoints[static_cast<size_t>(life) % kPoints.size()];
    ASSERT_TRUE(node.WaitFor(point)) << node.text();
    const size_t at = node.text().find("node=");
    ASSERT_NE(at, std::string::npos) << node.text();
    if (life == 1) id = node.text().substr(at, 69);
    EXPECT_EQ(node.text().substr(at, 69), id);
    EXPECT_EQ(node.text().find("is lost"), std::string::npos) << node.text();
    node.Signal(SIGKILL);
    EXPECT_EQ(node.Wait(), -1);
    Process verify({"verify", "--config", victim});
    ASSERT_EQ(verify.Wait(), 0) << verify.text();
  }
  Process node({"run", "--config", victim});
  ASSERT_TRUE(node.WaitFor("joined the network")) << node.text();
  EXPECT_NE(node.text().find("incarnation=13 "), std::string::npos) << node.text();
  node.Signal(SIGTERM);
  EXPECT_EQ(node.Wait(), 0) << node.text();
}

TEST_F(OrbnodeTest, NoCoreIsEverDumped) {
  Process node({"run", "--config", Prepare()});
  ASSERT_TRUE(node.WaitFor("the node runs")) << node.text();
  const std::string process = "/proc/" + std::to_string(node.id());
  const std::string limits = TextOfFile(process + "/limits");
  const size_t line = limits.find("Max core file size");
  ASSERT_NE(line, std::string::npos);
  // Name, soft limit, hard limit.
  std::istringstream words(limits.substr(line + 18));
  std::string soft;
  std::string hard;
  words >> soft >> hard;
  EXPECT_EQ(soft + " " + hard, "0 0");

  // PR_SET_DUMPABLE 0 gives the process's entries to root, whoever runs it.
  struct stat memory {};

  ASSERT_EQ(stat((process + "/environ").c_str(), &memory), 0);
  EXPECT_EQ(memory.st_uid, 0u);
  if (geteuid() == 0) return;
  EXPECT_LT(open((process + "/mem").c_str(), O_RDONLY | O_CLOEXEC), 0);
}

// The limit on the size of files stands for a disk without room.
TEST_F(OrbnodeTest, WithoutRoomItRunsOnAndTheStoreStaysSound) {
  const std::string config = Prepare();
  {
    Process node({"run", "--config", config});
    ASSERT_TRUE(node.WaitFor("joined the network")) << node.text();

    const struct rlimit none {};

    ASSERT_EQ(prlimit(node.id(), RLIMIT_FSIZE, &none, nullptr), 0);
    node.Signal(SIGTERM);  // It keeps what it knows, as every five minutes.
    EXPECT_EQ(node.Wait(), 0) << node.text();
    EXPECT_NE(node.text().find("the store refused to write"), std::string::npos) << node.text();
    EXPECT_NE(node.text().find("what was learned is not stored"), std::string::npos);
  }
  Process verify({"verify", "--config", config});
  EXPECT_EQ(verify.Wait(), 0) << verify.text();
  Process node({"run", "--config", config});
  EXPECT_TRUE(node.WaitFor("incarnation=2 ")) << node.text();
  node.Signal(SIGTERM);
  EXPECT_EQ(node.Wait(), 0);
  EXPECT_EQ(node.text().find("is not stored"), std::string::npos) << node.text();
}

}  // namespace
}  // namespace node
