#include "node/discovery/address.h"

#include <gtest/gtest.h>

#include "tests/node/discovery/places.h"

namespace node {
namespace {

using tests::Ip;
using tests::Place;

std::string ErrorOf(std::string_view text) {
  const auto address = ParseAddress(text);
  return address.ok() ? "accepted" : std::string(core::MessageOf(address.status()));
}

TEST(AddressTest, EveryFormIsReadAndWrittenAsTheSame) {
  for (const std::string text : {"192.0.2.1:7420", "[2001:db8::1]:80", "node.example:65535",
                                 "localhost:1", "[::1]:7420", "x-1.y:2"}) {
    const auto address = ParseAddress(text);
    ASSERT_TRUE(address.ok()) << text;
    EXPECT_EQ(ToText(*address), text);
  }
}

TEST(AddressTest, NamesAreLowered) {
  EXPECT_EQ(ToText(*ParseAddress("Node.EXAMPLE:1")), "node.example:1");
}

TEST(AddressTest, MappedAddressesAreTheIpv4Address) {
  EXPECT_EQ(*ParseAddress("[::ffff:192.0.2.1]:5"), *ParseAddress("192.0.2.1:5"));
}

TEST(AddressTest, ErrorsSayWhatIsAllowed) {
  const std::string form = ", allowed \"host:port\" or \"[IPv6]:port\"";
  const std::string port = ", allowed a port from 1 to 65535";
  const std::string v4 =
      ", allowed an IPv4 address of four numbers from 0 to 255 such as 192.0.2.1";
  const std::string name =
      ", allowed an IPv4 address, an IPv6 address in brackets, or a name of letters, digits, "
      "hyphens and dots";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "found \"\" without a port" + form},
      {"host", "found \"host\" without a port" + form},
      {"[::1", "found \"[::1\" without \"]\"" + form},
      {"[::1]80", "found \"[::1]80\" without a port" + form},
      {"::1:80",
       "found \"::1:80\", an IPv6 address without brackets, allowed \"[IPv6]:port\" such "
       "as \"[2001:db8::1]:7420\""},
      {"[1.2.3.4]:80", "found the host \"1.2.3.4\", allowed an IPv6 address such as 2001:db8::1"},
      {"[fe80::1%eth0]:80",
       "found the host \"fe80::1%eth0\", allowed an IPv6 address such as 2001:db8::1"},
      {"1.2.3:80", "found the host \"1.2.3\"" + v4},
      {"1.2.3.256:80", "found the host \"1.2.3.256\"" + v4},
      {"01.2.3.4:80", "found the host \"01.2.3.4\"" + v4},
      {"host:", "found the port \"\"" + port},
      {"host:0", "found the port \"0\"" + port},
      {"host:080", "found the port \"080\"" + port},
      {"host:65536", "found the port \"65536\"" + port},
      {"host:+1", "found the port \"+1\"" + port},
      {"host:1 ", "found the port \"1 \"" + port},
      {":80", "found the host \"\"" + name},
      {"a..b:80", "found the host \"a..b\"" + name},
      {"-a:80", "found the host \"-a\"" + name},
      {"a_b:80", "found the host \"a_b\"" + name},
      {"a.:80", "found the host \"a.\"" + name},
      {"a\n:80", "found the host \"a\\n\"" + name},
      {"0.0.0.0:80", "found the host \"0.0.0.0\", allowed an address that can be dialled"},
      {"[ff02::1]:80", "found the host \"ff02::1\", allowed an address that can be dialled"},
  };
  for (const auto& [text, message] : cases) EXPECT_EQ(ErrorOf(text), message) << text;
}

TEST(AddressTest, ZeroBytesAreNotTheEndOfAnAddress) {
  EXPECT_FALSE(ParseEndpoint(std::string_view("1.2.3.4\0x:80", 12)).ok());
  EXPECT_FALSE(ParseEndpoint(std::string_view("[::1\0x]:80", 10)).ok());
}

TEST(AddressTest, ListeningMayLeaveThePortToTheSystem) {
  EXPECT_TRUE(ParseEndpoint("0.0.0.0:0", PortRule::kListening).ok());
  EXPECT_FALSE(ParseEndpoint("0.0.0.0:0").ok());
}

TEST(AddressTest, SeedsMayNameTheNode) {
  const std::string id(64, 'a');
  const auto seed = ParseSeed(id + "@node.example:7420");
  ASSERT_TRUE(seed.ok());
  ASSERT_TRUE(seed->id.has_value());
  EXPECT_EQ(seed->id->bytes[31], 0xaa);
  EXPECT_EQ(ToText(*seed), id + "@node.example:7420");
  EXPECT_EQ(ParseSeed("node.example:7420")->id, std::nullopt);
  EXPECT_EQ(core::MessageOf(ParseSeed("abc@node.example:7420").status()),
            "found the node id \"abc\", allowed 64 hexadecimal digits in lower case");
  EXPECT_FALSE(ParseSeed(std::string(64, 'A') + "@node.example:1").ok());
}

TEST(AddressTest, ScopesFollowTheRegistries) {
  for (const char* text : {"127.0.0.1", "127.255.0.1", "::1"}) {
    EXPECT_EQ(ScopeOf(Ip(text)), Scope::kLoopback) << text;
  }
  for (const char* text : {"10.0.0.1", "172.16.0.1", "172.31.255.1", "192.168.1.1", "169.254.1.1",
                           "100.64.0.1", "fc00::1", "fd12::1", "fe80::1"}) {
    EXPECT_EQ(ScopeOf(Ip(text)), Scope::kPrivate) << text;
  }
  for (const char* text : {"8.8.8.8", "172.32.0.1", "100.128.0.1", "2a00::1"}) {
    EXPECT_EQ(ScopeOf(Ip(text)), Scope::kPublic) << text;
  }
  for (const char* text : {"0.0.0.0", "0.1.2.3", "224.0.0.1", "255.255.255.255", "240.0.0.1",
                           "::", "::1.2.3.4", "ff02::1"}) {
    EXPECT_EQ(ScopeOf(Ip(text)), Scope::kUnusable) << text;
  }
}

TEST(AddressTest, APublicPeerSpeaksOfPublicAddressesOnly) {
  EXPECT_TRUE(InScope(Ip("8.8.8.8"), Ip("9.9.9.9")));
  EXPECT_FALSE(InScope(Ip("10.0.0.1"), Ip("9.9.9.9")));
  EXPECT_FALSE(InScope(Ip("127.0.0.1"), Ip("10.0.0.1")));
  EXPECT_TRUE(InScope(Ip("8.8.8.8"), Ip("127.0.0.1")));
  EXPECT_TRUE(InScope(Ip("127.0.0.1"), Ip("::1")));
  EXPECT_FALSE(InScope(Ip("224.0.0.1"), Ip("127.0.0.1")));
}

TEST(AddressTest, GroupsArePrefixes) {
  EXPECT_EQ(GroupOf(Ip("8.8.1.1")), GroupOf(Ip("8.8.200.7")));
  EXPECT_NE(GroupOf(Ip("8.8.1.1")), GroupOf(Ip("8.9.1.1")));
  EXPECT_EQ(GroupOf(Ip("2a00:1234:1::1")), GroupOf(Ip("2a00:1234:2::1")));
  EXPECT_NE(GroupOf(Ip("2a00:1234::1")), GroupOf(Ip("2a00:1235::1")));
  EXPECT_EQ(GroupOf(Ip("127.0.0.1")), GroupOf(Ip("::1")));
}

}  // namespace
}  // namespace node
