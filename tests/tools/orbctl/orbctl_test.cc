// orbctl and the admin pages of a real orbnode, as an operator uses them.
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "core/crypto/sodium_suite.h"
#include "core/recording/reader.h"
#include "tests/node/admin/exposition.h"
#include "tests/node/base/scratch_folder.h"
#include "tests/node/host/child_process.h"
#include "tests/node/host/prepared_node.h"
#include "tests/node/service/local_client.h"

namespace node {
namespace {

using Json = nlohmann::json;

class OrbctlTest : public testing::Test {
 protected:
  // A configuration of a node that listens at ports of its own.
  std::string Prepare(const std::string& options = "") {
    return PrepareNode(scratch_ / ("n" + std::to_string(++nodes_)),
                       R"({"listen":["127.0.0.1:)" + Port().number() +
                           R"("],"admin":{"listen":"127.0.0.1:0"})" + options + "}");
  }

  struct Answer {
    int code = -1;
    std::string text;
  };

  static Answer Ask(const std::string& config, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--config", config});
    Process orbctl("orbctl", std::move(arguments));
    const int code = orbctl.Wait();
    return {code, orbctl.text()};
  }

  // What the node's log says behind this, up to the end of the word.
  static std::string Said(const Process& node, const std::string& before) {
    const size_t at = node.text().find(before);
    if (at == std::string::npos) return "";
    const std::string rest = node.text().substr(at + before.size());
    return rest.substr(0, rest.find_first_of(" \"\n"));
  }

  // The body of a page; `status` is its first line's.
  std::string Page(const Process& node, const std::string& path, std::string& status) {
    const std::string place = Said(node, "url=\"http://") + Said(node, "url=http://");
    const auto to = ParseEndpoint(place.substr(0, place.find('/')));
    EXPECT_TRUE(to.ok()) << place << node.text();
    LocalClient client(io_, *to);
    client.Write("GET " + path + " HTTP/1.1\r\nHost: " + ToText(*to) +
                 "\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(client.ClosedByServer());
    status = client.in().substr(9, 3);
    return client.in().substr(client.in().find("\r\n\r\n") + 4);
  }

  ScratchFolder scratch_;
  asio::io_context io_;
  int nodes_ = 0;
};

TEST_F(OrbctlTest, EveryPageOfARealNodeIsThere) {
  Process node({"run", "--config", Prepare()});
  ASSERT_TRUE(node.WaitFor("joined the network")) << node.text();
  std::string status;
  for (const std::string path :
       {"/", "/healthz", "/readyz", "/status", "/peers", "/ring", "/debug/state"}) {
    EXPECT_NE(Page(node, path, status), "") << path;
    EXPECT_EQ(status, "200") << path;
  }
  const Exposition metrics = ReadExposition(Page(node, "/metrics", status));
  EXPECT_TRUE(metrics.mistakes.empty()) << metrics.mistakes[0];
  EXPECT_EQ(metrics.samples.at("orbnode_routines"),
            1 + 2 * metrics.samples.at("orbnode_connections"));
  EXPECT_EQ(metrics.samples.at(R"(orbnode_phase{phase="joined"})"), 1);
  EXPECT_GT(metrics.samples.at("process_open_fds"), 0);
  node.Signal(SIGTERM);
  EXPECT_EQ(node.Wait(), 0) << node.text();
}

TEST_F(OrbctlTest, StatusPeersAndStateAreForPeopleAndForPrograms) {
  const std::string config = Prepare();
  Process node({"run", "--config", config});
  ASSERT_TRUE(node.WaitFor("joined the network")) << node.text();
  const Answer status = Ask(config, {"status"});
  EXPECT_EQ(status.code, 0);
  EXPECT_NE(status.text.find("phase          joined, ready\n"), std::string::npos) << status.text;
  const Answer json = Ask(config, {"status", "--json"});
  EXPECT_EQ(Json::parse(json.text)["phase"], "joined") << json.text;
  EXPECT_NE(status.text.find(Json::parse(json.text)["node"].get<std::string>()), std::string::npos);
  EXPECT_TRUE(Ask(config, {"peers"}).text.starts_with("NODE  REMOTE  DIALLED"));
  EXPECT_EQ(Json::parse(Ask(config, {"--json", "peers"}).text)["peers"].size(), 0u);
  EXPECT_NE(Ask(config, {"state"}).text.find("routing        "), std::string::npos);
  EXPECT_EQ(Ask(config, {"log-level"}).text, "info\n");
  EXPECT_EQ(Ask(config, {"log-level", "debug"}).text, "debug\n");
}

TEST_F(OrbctlTest, ASeekerOfOneNodeFindsTheWorkerOfAnother) {
  const std::string first_config = Prepare();
  Process first({"run", "--config", first_config});
  ASSERT_TRUE(first.WaitFor("joined the network")) << first.text();
  const std::string address = Json::parse(Ask(first_config, {"--json", "status"}).text)["listen"];
  const std::string second_config = Prepare(",\"seeds\":[\"" + address + "\"]");
  Process second({"run", "--config", second_config});
  ASSERT_TRUE(second.WaitFor("joined the network contacts=1")) << second.text();
  Process worker("orbctl",
                 {"--config", first_config, "match", "review/paris", "--work", "--budget", "4"});
  ASSERT_TRUE(worker.WaitFor("published")) << worker.text();
  const Answer busy = Ask(first_config, {"match", "review/paris"});
  EXPECT_EQ(busy.code, 4);
  EXPECT_NE(busy.text.find("failed_precondition"), std::string::npos) << busy.text;
  const Answer found =
      Ask(second_config, {"match", "review/paris", "--want", "1", "--patience", "50s"});
  EXPECT_EQ(found.code, 0) << found.text;
  EXPECT_NE(found.text.find("satisfied: 1 of 1 partners"), std::string::npos) << found.text;
  EXPECT_TRUE(worker.WaitFor("task_accepted")) << worker.text();
  const Answer peers = Ask(second_config, {"peers"});
  EXPECT_NE(peers.text.find(address), std::string::npos) << peers.text;
  // The node stops while the stream is open.
  first.Signal(SIGTERM);
  EXPECT_TRUE(worker.WaitFor("stopped")) << worker.text();
  EXPECT_EQ(worker.Wait(), 0) << worker.text();
  EXPECT_EQ(first.Wait(), 0) << first.text();
}

TEST_F(OrbctlTest, AMatchThatFindsNobodySaysSoByItsExitCode) {
  const std::string config = Prepare();
  Process node({"run", "--config", config});
  ASSERT_TRUE(node.WaitFor("joined the network")) << node.text();
  const Answer alone = Ask(config, {"match", "a", "--patience", "100ms", "--json"});
  EXPECT_EQ(alone.code, 6);
  const size_t last = alone.text.rfind('\n', alone.text.size() - 2) + 1;
  EXPECT_EQ(Json::parse(alone.text.substr(last))["end"], "patience") << alone.text;
  const Answer cut = Ask(config, {"match", "a", "--patience", "1h", "--timeout", "100ms"});
  EXPECT_EQ(cut.code, 6);
  EXPECT_NE(cut.text.find("cancelled: 0 of 3 partners"), std::string::npos) << cut.text;
  const Answer wrong = Ask(config, {"match", "a", "--patience", "1"});
  EXPECT_EQ(wrong.code, 4);
  EXPECT_NE(wrong.text.find("found \"1\", allowed a duration"), std::string::npos) << wrong.text;
  const Answer worked = Ask(config, {"match", "a", "--work", "--timeout", "100ms"});
  EXPECT_EQ(worked.code, 0) << worked.text;
}

TEST_F(OrbctlTest, TheFlightRecorderIsSavedAndReadable) {
  const std::string config = Prepare();
  Process node({"run", "--config", config});
  ASSERT_TRUE(node.WaitFor("joined the network")) << node.text();
  const std::string file = (scratch_ / "r").string();
  const Answer saved = Ask(config, {"record", file});
  EXPECT_EQ(saved.code, 0) << saved.text;
  EXPECT_TRUE(saved.text.starts_with(file + ": ")) << saved.text;

  struct stat found {};

  ASSERT_EQ(stat(file.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600u);
  const std::string text = TextOfFile(file);
  const std::vector<uint8_t> bytes(text.begin(), text.end());
  const core::SodiumSuite suite;
  auto reader = core::RecordingReader::Open(file, bytes, suite);
  ASSERT_TRUE(reader.ok()) << reader.status();
  core::Entry entry;
  core::StatusOr<bool> more = true;
  while (more.ok() && *more) more = reader->Next(entry);
  EXPECT_TRUE(more.ok()) << more.status();
  EXPECT_GE(reader->inputs(), 1u);
  const Answer again = Ask(config, {"record", file});
  EXPECT_EQ(again.code, 4);
  EXPECT_NE(again.text.find("allowed a name that is free"), std::string::npos) << again.text;
}

TEST_F(OrbctlTest, OverTcpTheTokenOpensTheNode) {
  const std::string port = Port().number();
  const std::string config =
      Prepare(",\"control\":{\"socket\":\"\",\"tcp\":\"127.0.0.1:" + port + "\"}");
  Process node({"run", "--config", config});
  ASSERT_TRUE(node.WaitFor("joined the network")) << node.text();
  const std::string token =
      (std::filesystem::path(config).parent_path() / "data/control.token").string();
  const std::string place = "127.0.0.1:" + port;
  EXPECT_EQ(Ask(config, {"log-level"}).text, "info\n");
  Process shown("orbctl", {"--tcp", place, "--token-file", token, "log-level"});
  EXPECT_EQ(shown.Wait(), 0) << shown.text();
  WriteText(scratch_ / "wrong", std::string(64, '0') + "\n");
  Process wrong("orbctl",
                {"--tcp", place, "--token-file", (scratch_ / "wrong").string(), "status"});
  EXPECT_EQ(wrong.Wait(), 3);
  EXPECT_NE(wrong.text().find("token: found another"), std::string::npos) << wrong.text();
  Process none("orbctl", {"--tcp", place, "--token-file", (scratch_ / "none").string(), "status"});
  EXPECT_EQ(none.Wait(), 2) << none.text();
}

// What was lent by a command outlives kill -9.
TEST_F(OrbctlTest, RoomIsLentAndGivenBack) {
  const std::string config = Prepare();
  const auto ring = [&] {
    return Json::parse(Ask(config, {"--json", "ring"}).text, nullptr, false);
  };
  {
    Process node({"run", "--config", config});
    ASSERT_TRUE(node.WaitFor("joined the network")) << node.text();
    EXPECT_EQ(ring()["lends"], false);
    EXPECT_NE(Ask(config, {"ring"}).text.find("none: the node lends nothing"), std::string::npos);
    const Answer early = Ask(config, {"lend", "0"});
    EXPECT_EQ(early.code, 4);
    EXPECT_NE(early.text.find("found 0, but the node lends nothing"), std::string::npos);
    for (const char* wrong : {"much", "10", "1.5B", "-1GiB", "", "20000000TiB"}) {
      EXPECT_EQ(Ask(config, {"lend", wrong}).code, 1) << wrong;
    }
    EXPECT_EQ(Ask(config, {"lend", "1KiB"}).code, 4);
    const Answer lent = Ask(config, {"lend", "8MiB"});
    EXPECT_EQ(lent.code, 0) << lent.text;
    EXPECT_NE(lent.text.find("status         joining"), std::string::npos) << lent.text;
    node.Signal(SIGKILL);
    (void)node.Wait();
  }
  {
    Process node({"run", "--config", config});
    ASSERT_TRUE(node.WaitFor("joined the network")) << node.text();
    EXPECT_EQ(ring()["capacity_bytes"], 8 << 20);
    EXPECT_EQ(Ask(config, {"lend", "0"}).code, 0);
    ASSERT_TRUE(node.WaitFor("status=none"))
        << node.text();  // It holds nothing that others would need.
    EXPECT_EQ(ring()["lends"], false);
    node.Signal(SIGTERM);
    EXPECT_EQ(node.Wait(), 0);
  }
}

TEST_F(OrbctlTest, WhatGoesWrongHasItsExitCodeAndItsPlace) {
  const std::string config = Prepare();
  const Answer absent = Ask(config, {"status"});
  EXPECT_EQ(absent.code, 3);
  EXPECT_NE(absent.text.find("control.sock: No such file or directory"), std::string::npos)
      << absent.text;
  EXPECT_EQ(Ask(config + ".not", {"status"}).code, 2);
  EXPECT_EQ(Ask(config, {"fly"}).code, 1);
  EXPECT_EQ(Ask(config, {"match"}).code, 1);
  EXPECT_EQ(Ask(config, {"match", "a", "--work", "--want", "3"}).code, 1);
  EXPECT_EQ(Ask(config, {"completion", "tcsh"}).code, 1);
  WriteText(config, R"({"control":{"socket":""}})");
  const Answer closed = Ask(config, {"status"});
  EXPECT_EQ(closed.code, 2);
  EXPECT_NE(closed.text.find("neither control.socket nor control.tcp"), std::string::npos);
}

TEST_F(OrbctlTest, BlocksAreWrittenReadAndDeletedThroughAnyNode) {
  const std::string three = R"(,"protocol":{"cluster_size":3})";
  const std::string first_config = Prepare(three);
  Process first({"run", "--config", first_config});
  ASSERT_TRUE(first.WaitFor("joined the network")) << first.text();
  const std::string address = Json::parse(Ask(first_config, {"--json", "status"}).text)["listen"];
  const std::string seeds = three + ",\"seeds\":[\"" + address + "\"]";
  const std::string second_config = Prepare(seeds);
  Process second({"run", "--config", second_config});
  ASSERT_TRUE(second.WaitFor("joined the network")) << second.text();
  const std::string third_config = Prepare(seeds);
  Process third({"run", "--config", third_config});
  ASSERT_TRUE(third.WaitFor("joined the network contacts=2")) << third.text();
  // Without a base it is the latest.
  const Answer put = Ask(first_config, {"put", "entry", "hello"});
  EXPECT_EQ(put.code, 0) << put.text;
  EXPECT_TRUE(put.text.starts_with("revision 1  hash ")) << put.text;
  EXPECT_EQ(Ask(third_config, {"get", "entry"}).text, "hello");
  const Answer stale = Ask(second_config, {"put", "entry", "late", "--base", "0"});
  EXPECT_EQ(stale.code, 8);
  EXPECT_EQ(stale.text,
            "orbctl: stale: the base is not the latest revision; nothing was written; the latest "
            "revision is 1\n");
  // A file with every byte, to a file.
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  WriteText(scratch_ / "in", bytes);
  const Answer file = Ask(second_config, {"put", "entry", "--file", (scratch_ / "in").string()});
  EXPECT_EQ(file.code, 0) << file.text;
  const std::string out = (scratch_ / "out").string();
  EXPECT_EQ(Ask(first_config, {"get", "entry", "--output", out}).code, 0);
  EXPECT_EQ(TextOfFile(out), bytes);
  EXPECT_EQ(Ask(first_config, {"get", "entry", "--revision", "1"}).text, "hello");
  // By its id, too.
  const Json rev = Json::parse(Ask(third_config, {"--json", "rev", "entry"}).text);
  EXPECT_EQ(rev["revision"], 2);
  EXPECT_TRUE(Ask(third_config, {"rev", rev["block"]}).text.starts_with("revision 2  hash "));
  EXPECT_EQ(Ask(third_config, {"delete", "entry"}).code, 0);
  const Answer deleted = Ask(second_config, {"get", "entry"});
  EXPECT_EQ(deleted.code, 12);
  EXPECT_EQ(deleted.text, "orbctl: deleted: the block was deleted; the latest revision is 3\n");
  EXPECT_EQ(Ask(second_config, {"rev", "nothing"}).code, 12);
  WriteText(
      scratch_ / "writes",
      R"({"writes":[{"block":"a","base":0,"value":"YQ=="},{"block":"b","base":0,"value":"Yg=="}]})");
  EXPECT_EQ(Ask(second_config, {"transact", (scratch_ / "writes").string()}).code, 0);
  EXPECT_EQ(Ask(first_config, {"get", "b"}).text, "b");
}

TEST_F(OrbctlTest, CallsThatCannotBeSayWhy) {
  const std::string config = Prepare();
  Process node({"run", "--config", config});
  ASSERT_TRUE(node.WaitFor("joined the network")) << node.text();
  // One node is no cluster.
  EXPECT_EQ(Ask(config, {"get", "entry"}).code, 10);
  EXPECT_EQ(Ask(config, {"put", "entry", "x", "--base", "0"}).code, 10);
  WriteText(scratch_ / "large", std::string((512 << 10) + 1, 'x'));
  const Answer large = Ask(config, {"put", "entry", "--file", (scratch_ / "large").string()});
  EXPECT_EQ(large.code, 1);
  EXPECT_NE(large.text.find("found more than 524288 bytes, allowed at most that"),
            std::string::npos);
  EXPECT_EQ(Ask(config, {"put", "entry", "--file", "/nowhere"}).code, 1);
  const Answer long_name = Ask(config, {"get", std::string(65, 'n')});
  EXPECT_EQ(long_name.code, 4);
  EXPECT_NE(long_name.text.find("/params/block: found 65 bytes, allowed a text of 1 to 64 bytes"),
            std::string::npos)
      << long_name.text;
  EXPECT_EQ(Ask(config, {"put", "entry", "x", "--base", "-1"}).code, 4);
  EXPECT_EQ(Ask(config, {"put", "entry", "x", "--timeout", "soon"}).code, 1);
  EXPECT_EQ(Ask(config, {"put", "entry", "x", "--file", "y"}).code, 1);
}

TEST_F(OrbctlTest, WhatIsNoNodeIsSaid) {
  // Something that listens, and says nothing of what orbctl expects.
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  struct sockaddr_un address {};

  address.sun_family = AF_UNIX;
  const std::string path = (scratch_ / "s").string();
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  ASSERT_EQ(bind(descriptor, reinterpret_cast<struct sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(listen(descriptor, 1), 0);
  for (const std::string_view greeting : {"hello\n", "{}\n", "{\"orbweaver_control\":2}\n"}) {
    Process orbctl("orbctl", {"--socket", path, "status"});
    const int client = accept(descriptor, nullptr, nullptr);
    ASSERT_EQ(send(client, greeting.data(), greeting.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(greeting.size()));
    EXPECT_EQ(orbctl.Wait(), 5) << greeting << orbctl.text();
    close(client);
  }
  close(descriptor);
}

}  // namespace
}  // namespace node
