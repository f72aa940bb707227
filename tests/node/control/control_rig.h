// A control server on a fake node, and clients that speak its lines.
#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "node/control/control_server.h"
#include "node/log/sink.h"
#include "tests/node/base/scratch_folder.h"
#include "tests/node/service/fake_node_view.h"
#include "tests/node/service/local_client.h"

namespace node {

class TextSink : public LogSink {
 public:
  bool Write(std::string_view line) override {
    text += line;
    return true;
  }

  std::string text;
};

class ControlRig : public testing::Test {
 protected:
  void Open(const ControlLimits& limits = {}, bool tcp = false) {
    ControlSettings settings;
    settings.socket = (scratch_ / "s").string();
    settings.data_dir = scratch_.path().string();
    settings.token_file = (scratch_ / "token").string();
    settings.limits = limits;
    if (tcp) settings.tcp = *ParseEndpoint("127.0.0.1:0", PortRule::kListening);
    server_ = std::make_unique<ControlServer>(io_, settings, view_, log_);
    const core::Status status = server_->Open();
    ASSERT_TRUE(status.ok()) << status;
  }

  // Past the greeting.
  [[nodiscard]] LocalClient Dial() {
    LocalClient client(io_, scratch_ / "s");
    EXPECT_TRUE(client.connected());
    EXPECT_EQ(client.Line(), R"({"orbweaver_control":1,"authentication":"none"})");
    return client;
  }

  Json Ask(LocalClient& client, const std::string& line) {
    EXPECT_TRUE(client.Write(line + "\n"));
    return Next(client);
  }

  static Json Next(LocalClient& client) {
    const std::string line = client.Line();
    EXPECT_NE(line, "") << "no line came";
    return Json::parse(line, nullptr, /*allow_exceptions=*/false);
  }

  ScratchFolder scratch_;
  asio::io_context io_;
  FakeNodeView view_;
  TextSink sink_;
  Log log_{{}, sink_, ReadClocks};
  std::unique_ptr<ControlServer> server_;
};

}  // namespace node
