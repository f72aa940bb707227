#include "node/storage/connection.h"

#include <filesystem>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "node/storage/store_file.h"
#include "tests/node/base/failures_in_child.h"
#include "tests/node/storage/scratch.h"

namespace node {
namespace {

using testing::HasSubstr;

constexpr char kChange[] = "INSERT INTO rows VALUES (9, x'00', zeroblob(400000), 0)";

// Nothing of `name` can be read by this process any more. Returns how many descriptors it had.
int MakeUnreadable(const std::filesystem::path& name) {
  int changed = 0;
  for (int each = 0; each < 256; ++each) {
    std::error_code none;
    const auto target =
        std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(each), none);
    if (none || target != name) continue;
    const int write_only = open(name.c_str(), O_WRONLY | O_CLOEXEC);
    if (dup2(write_only, each) == each) ++changed;
    close(write_only);
  }
  return changed;
}

// Lets no file grow beyond this size.
void LimitFiles(rlim_t bytes) {
  signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = bytes;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

void FailAWriteThenARead(const std::filesystem::path& store) {
  const auto opened = Connect(store);
  ASSERT_TRUE(opened.ok()) << opened.status();
  Connection& connection = **opened;
  LimitFiles(100'000);
  const core::Status no_room = connection.Execute(kChange);
  EXPECT_TRUE(absl::IsResourceExhausted(no_room)) << no_room;
  ASSERT_TRUE(connection.Execute("PRAGMA shrink_memory").ok());
  ASSERT_GE(MakeUnreadable(store), 1);
  const core::Status unreadable = connection.Execute("SELECT count(*) FROM rows");
  EXPECT_EQ(unreadable.code(), absl::StatusCode::kUnavailable) << unreadable;
  EXPECT_THAT(std::string(core::MessageOf(unreadable)), HasSubstr("Bad file descriptor"));
}

TEST(ConnectionTest, AFailedReadIsNotBlamedOnAnEarlierFailedWrite) {
  const StoreFolder folder;
  {
    OpenStore store(folder.store());
    ASSERT_TRUE(store.Commit(PutOf("key", "value")).ok());
  }
  EXPECT_EQ(FailuresInChild([&] { FailAWriteThenARead(folder.store()); }), 0);
}

}  // namespace
}  // namespace node
