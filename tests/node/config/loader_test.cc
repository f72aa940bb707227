#include "node/config/loader.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "core/crypto/sodium_suite.h"
#include "node/config/option_table.h"

namespace node {
namespace {

core::StatusOr<NodeConfig> Load(std::string_view text, const std::string& folder = "") {
  return LoadConfig(text, {"node.json", folder});
}

TEST(ConfigLoaderTest, AnEmptyObjectIsAWorkingNode) {
  const auto config = Load("{}", "/srv/orb");
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->data_dir, "/srv/orb/data");
  EXPECT_EQ(config->control.socket, "/srv/orb/data/control.sock");
  EXPECT_EQ(config->storage.path, "/srv/orb/data/store");
  EXPECT_EQ(config->log.file, "");
  ASSERT_EQ(config->listen.size(), 1u);
  EXPECT_EQ(ToText(config->listen[0]), "0.0.0.0:7420");
  ASSERT_TRUE(config->admin.listen.has_value());
  EXPECT_EQ(ScopeOf(config->admin.listen->ip), Scope::kLoopback);
  EXPECT_EQ(config->discovery.desired, 20u);
  EXPECT_EQ(config->discovery.ban, core::Minutes(24 * 60));
  EXPECT_EQ(config->limits.pending_handshakes, 64u);
  EXPECT_EQ(config->timeouts.handshake, core::Seconds(5));
  EXPECT_TRUE(config->seeds.empty());
}

TEST(ConfigLoaderTest, TheProtocolsDefaultsAreThoseOfTheCore) {
  const NodeConfig config = DefaultConfig("");
  const core::Config core;
  EXPECT_EQ(config.protocol.routing.bucket_size, core.routing.bucket_size);
  EXPECT_EQ(config.protocol.routing.parallel_lookups, core.routing.parallel_lookups);
  EXPECT_EQ(config.protocol.routing.refresh_interval, core.routing.refresh_interval);
  EXPECT_EQ(config.protocol.routing.response_timeout, core.routing.response_timeout);
  EXPECT_EQ(config.protocol.matchmaking.worker_ttl, core.matchmaking.worker_ttl);
  EXPECT_EQ(config.protocol.matchmaking.records_per_holder, core.matchmaking.records_per_holder);
  EXPECT_EQ(config.protocol.matchmaking.query_rate_per_min, core.matchmaking.query_rate_per_min);
  EXPECT_EQ(config.protocol.matchmaking.clock_tolerance, core.matchmaking.clock_tolerance);
  EXPECT_EQ(config.protocol.arachnode.floor, core.arachnode.floor);
  EXPECT_EQ(config.protocol.arachnode.overlap_low, core.arachnode.overlap_low);
  EXPECT_EQ(config.protocol.arachnode.overlap_high, core.arachnode.overlap_high);
  EXPECT_EQ(config.protocol.arachnode.gossip_interval, core.arachnode.gossip_interval);
  EXPECT_EQ(config.protocol.arachnode.info_keep, core.arachnode.info_keep);
  EXPECT_EQ(config.protocol.arachnode.monitor_interval, core.arachnode.monitor_interval);
  EXPECT_EQ(config.protocol.arachnode.dwell, core.arachnode.dwell);
  EXPECT_EQ(config.protocol.arachnode.release_wait, core.arachnode.release_wait);
}

TEST(ConfigLoaderTest, EveryKindOfValueArrives) {
  const auto config = Load(R"({
    // Comments are allowed.
    "data_dir": "/var/lib/orbnode",
    "listen": ["127.0.0.1:0", "[::1]:7000"],
    "advertise": ["vote.example:7420"],
    "seeds": ["seed.example:1", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@10.0.0.1:2"],
    "network": { "name": "test", "id": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb" },
    "limits": { "inbound": 7, "outbound": 30 },
    "timeouts": { "idle": "1.5h" },
    "discovery": { "desired": 9, "exchange": false, "nat_probe": false, "ban": "2h" },
    "admin": { "listen": "" },
    "control": { "socket": "" },
    "log": { "level": "debug", "format": "json", "file": "node.log" },
    "storage": { "size_max": "2GiB", "lend": "1.5GiB" },
    "recorder": { "length": 0 },
    "protocol": { "bucket_size": 8 }
  })");
  ASSERT_TRUE(config.ok()) << core::MessageOf(config.status());
  EXPECT_EQ(config->listen.size(), 2u);
  EXPECT_EQ(ToText(config->advertise.at(0)), "vote.example:7420");
  EXPECT_EQ(config->seeds.at(1).id->bytes[5], 0xaa);
  EXPECT_EQ(config->network.id->bytes[5], 0xbb);
  EXPECT_EQ(config->limits.inbound, 7u);
  EXPECT_EQ(config->timeouts.idle, core::Minutes(90));
  EXPECT_FALSE(config->discovery.exchange || config->discovery.nat_probe);
  EXPECT_FALSE(config->admin.listen.has_value());
  EXPECT_EQ(config->control.socket, "");
  EXPECT_EQ(config->log.level, LogLevel::kDebug);
  EXPECT_EQ(config->log.format, LogFormat::kJson);
  EXPECT_EQ(config->log.file, "/var/lib/orbnode/node.log");
  EXPECT_EQ(config->storage.size_max, uint64_t{2} << 30);
  EXPECT_EQ(config->storage.lend, uint64_t{1536} << 20);
  EXPECT_EQ(config->recorder.length, 0u);
  EXPECT_EQ(config->protocol.routing.bucket_size, 8);
}

TEST(ConfigLoaderTest, EveryMistakeIsReportedInOnePass) {
  const auto config = Load(R"({ "listen": 1, "limits": { "inbound": -1, "x": 2 }, "seed": [] })");
  ASSERT_FALSE(config.ok());
  const std::string_view message = core::MessageOf(config.status());
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 3);
}

TEST(ConfigLoaderTest, TooManyMistakesAreCounted) {
  std::string text = "{ ";
  for (int i = 0; i < 50; ++i) text += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\": 1";
  const auto config = Load(text + "}");
  const std::string_view message = core::MessageOf(config.status());
  EXPECT_TRUE(message.ends_with("\nand 30 more"));
}

TEST(ConfigLoaderTest, AFileThatIsTooLongIsNotRead) {
  const auto config = Load("{}" + std::string(kConfigBytesMax, ' '));
  EXPECT_EQ(core::MessageOf(config.status()),
            "node.json:1:1: the file: found 1048578 bytes, allowed 1048576");
}

TEST(ConfigLoaderTest, ASocketPathThatTheSystemCannotTakeIsRefused) {
  const auto config = Load(R"({ "control": { "socket": "c.sock" } })", "/" + std::string(120, 'd'));
  EXPECT_EQ(
      core::MessageOf(config.status()),
      "node.json:1:26: /control/socket: found a socket path of 133 bytes, allowed at most 107 "
      "bytes together with data_dir");
}

TEST(ConfigLoaderTest, TheNameOfANetworkGivesItsId) {
  const core::SodiumSuite suite;
  NetworkOptions network{"a", {}};
  const core::Key256 a = NetworkIdOf(network, suite);
  network.name = "b";
  EXPECT_NE(NetworkIdOf(network, suite), a);
  network.id = a;
  EXPECT_EQ(NetworkIdOf(network, suite), a);
}

TEST(ConfigLoaderTest, TheTableIsSound) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const OptionRow& row : OptionRows()) {
    EXPECT_TRUE(seen.insert({row.section, row.key}).second) << row.key;
    EXPECT_NE(row.store, nullptr) << row.key;
    EXPECT_TRUE(row.about.ends_with('.')) << row.key;
    EXPECT_LE(row.low, row.high) << row.key;
    const auto sections = OptionSections();
    EXPECT_TRUE(row.section.empty() ||
                std::any_of(sections.begin(), sections.end(),
                            [&](const OptionSection& one) { return one.name == row.section; }))
        << row.key;
  }
}

}  // namespace
}  // namespace node
