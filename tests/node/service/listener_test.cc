#include "node/service/listener.h"

#include <memory>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/node/base/scratch_folder.h"
#include "tests/node/service/local_client.h"

namespace node {
namespace {

class ListenerTest : public testing::Test {
 protected:
  [[nodiscard]] std::unique_ptr<Listener> Make() {
    return std::make_unique<Listener>(
        io_, [this](StreamSocket socket) { accepted_.push_back(std::move(socket)); });
  }

  asio::io_context io_;
  ScratchFolder scratch_;
  std::vector<StreamSocket> accepted_;
};

TEST_F(ListenerTest, TcpTakesAFreePortAndAccepts) {
  const auto listener = Make();
  ASSERT_TRUE(listener->OpenTcp(*ParseEndpoint("127.0.0.1:0", PortRule::kListening)).ok());
  EXPECT_NE(listener->local().port, 0);
  LocalClient client(io_, listener->local());
  ASSERT_TRUE(RunUntil(io_, [&] { return accepted_.size() == 1; }));
  EXPECT_EQ(LocalEndpoint(accepted_[0]), listener->local());
  const core::Status again = Make()->OpenTcp(listener->local());
  EXPECT_FALSE(again.ok());
  EXPECT_NE(core::MessageOf(again).find(ToText(listener->local())), std::string_view::npos);
}

TEST_F(ListenerTest, AUnixSocketIsForItsUserOnlyAndGoesWithTheListener) {
  auto listener = Make();
  ASSERT_TRUE(listener->OpenUnix(scratch_ / "s").ok());

  struct stat found {};

  ASSERT_EQ(lstat((scratch_ / "s").c_str(), &found), 0);
  EXPECT_TRUE(S_ISSOCK(found.st_mode));
  EXPECT_EQ(found.st_mode & 07777, 0600u);
  const LocalClient client(io_, scratch_ / "s");
  ASSERT_TRUE(RunUntil(io_, [&] { return accepted_.size() == 1; }));
  listener.reset();
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "s"));
}

TEST_F(ListenerTest, ASocketFileThatNobodyAnswersAtIsReplaced) {
  // Bound and closed without taking the file away, as a killed process leaves it.
  const auto path = scratch_ / "s";
  {
    const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    struct sockaddr_un address {};

    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
    ASSERT_EQ(bind(descriptor, reinterpret_cast<struct sockaddr*>(&address), sizeof(address)), 0);
    close(descriptor);
  }
  ASSERT_TRUE(std::filesystem::exists(path));
  const auto listener = Make();
  ASSERT_TRUE(listener->OpenUnix(path).ok());
  const LocalClient client(io_, path);
  EXPECT_TRUE(client.connected());
}

TEST_F(ListenerTest, ASocketThatSomebodyAnswersAtAndOtherFilesAreErrors) {
  const auto first = Make();
  ASSERT_TRUE(first->OpenUnix(scratch_ / "s").ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(Make()->OpenUnix(scratch_ / "s")));
  EXPECT_TRUE(LocalClient(io_, scratch_ / "s").connected());
  WriteText(scratch_ / "file", "mine");
  EXPECT_TRUE(absl::IsFailedPrecondition(Make()->OpenUnix(scratch_ / "file")));
  EXPECT_EQ(TextOfFile(scratch_ / "file"), "mine");
  const core::Status missing = Make()->OpenUnix(scratch_ / "no/s");
  EXPECT_NE(core::MessageOf(missing).find("no/s"), std::string_view::npos) << missing;
}

TEST_F(ListenerTest, NothingIsCalledAfterClose) {
  auto listener = Make();
  ASSERT_TRUE(listener->OpenTcp(*ParseEndpoint("127.0.0.1:0", PortRule::kListening)).ok());
  const LocalClient client(io_, listener->local());
  listener.reset();
  io_.restart();
  io_.run();
  EXPECT_TRUE(accepted_.empty());
}

}  // namespace
}  // namespace node
