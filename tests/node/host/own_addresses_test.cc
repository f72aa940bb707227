#include "node/host/own_addresses.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace node {
namespace {

using Texts = std::vector<std::string>;

Texts TextsOf(const OwnAddresses& own) {
  Texts texts;
  for (const core::Address& address : own.List()) texts.emplace_back(address.view());
  return texts;
}

IpEndpoint At(const std::string& text) {
  return ParseEndpoint(text, PortRule::kListening).value();
}

TEST(OwnAddressesTest, WhoDoesNotListenTellsNothing) {
  OwnAddresses own({}, {ParseAddress("node.example:7420").value()});
  EXPECT_FALSE(own.LearnLocal(ParseIp("192.0.2.9").value()));
  EXPECT_EQ(TextsOf(own), Texts());
}

TEST(OwnAddressesTest, WhatTheOperatorSaysIsToldWhateverTheProbeFinds) {
  OwnAddresses own(At("0.0.0.0:7420"), {ParseAddress("node.example:7420").value()});
  EXPECT_FALSE(own.SetDialable(false));
  EXPECT_FALSE(own.WantsLocal());
  EXPECT_EQ(TextsOf(own), Texts{"node.example:7420"});
}

TEST(OwnAddressesTest, AListeningAddressIsToldWithItsRealPort) {
  OwnAddresses own(At("127.0.0.1:0"), {});
  own.SetPort(40'001);
  EXPECT_EQ(TextsOf(own), Texts{"127.0.0.1:40001"});
}

TEST(OwnAddressesTest, AnyIsReplacedByLocalAddressesTheWidestFirst) {
  OwnAddresses own(At("0.0.0.0:7420"), {});
  EXPECT_EQ(TextsOf(own), Texts());
  EXPECT_TRUE(own.LearnLocal(ParseIp("127.0.0.1").value()));
  EXPECT_TRUE(own.LearnLocal(ParseIp("8.8.4.4").value()));
  EXPECT_TRUE(own.LearnLocal(ParseIp("192.168.1.5").value()));
  EXPECT_FALSE(own.LearnLocal(ParseIp("8.8.4.4").value()));
  EXPECT_FALSE(own.LearnLocal(ParseIp("0.0.0.0").value()));
  EXPECT_EQ(TextsOf(own), (Texts{"8.8.4.4:7420", "192.168.1.5:7420", "127.0.0.1:7420"}));
}

TEST(OwnAddressesTest, BehindATranslatorNothingIsTold) {
  OwnAddresses own(At("0.0.0.0:7420"), {});
  EXPECT_TRUE(own.LearnLocal(ParseIp("192.168.1.5").value()));
  EXPECT_TRUE(own.SetDialable(false));
  EXPECT_FALSE(own.SetDialable(false));
  EXPECT_EQ(TextsOf(own), Texts());
  EXPECT_TRUE(own.SetDialable(true));
  EXPECT_EQ(TextsOf(own), Texts{"192.168.1.5:7420"});
}

TEST(OwnAddressesTest, TheLocalAddressTowardsLoopbackIsLoopback) {
  const Endpoint remote(asio::ip::make_address("127.0.0.1"), 9);
  ASSERT_TRUE(LocalAddressTowards(remote).has_value());
  EXPECT_EQ(ToText(*LocalAddressTowards(remote)), "127.0.0.1");
}

TEST(OwnAddressesTest, BothKindsOfAnyAreKnown) {
  EXPECT_TRUE(IsAny(ParseIp("0.0.0.0").value()));
  EXPECT_TRUE(IsAny(ParseIp("::").value()));
  EXPECT_FALSE(IsAny(ParseIp("::1").value()));
  EXPECT_FALSE(IsAny(ParseIp("127.0.0.1").value()));
}

}  // namespace
}  // namespace node
