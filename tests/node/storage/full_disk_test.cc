// No room, and no writing: refused batches say so, reads go on, and the store goes on by itself when
// there is room again. A small file system of its own is mounted where that is permitted (in a mount
// name space that ends with the test); the file-size limit of the process serves everywhere.
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include "node/storage/store_check.h"
#include "tests/node/base/failures_in_child.h"
#include "tests/node/storage/scratch.h"

namespace node {
namespace {

using testing::HasSubstr;

std::string TextOf(const core::Status& status) {
  return std::string(core::MessageOf(status));
}

// Why not, or nothing.
std::string MountSmall(const std::filesystem::path& folder, const char* options) {
  const bool own = unshare(CLONE_NEWNS) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0;
  if (!own) return std::string("no mount name space: ") + std::strerror(errno);
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      mount("tmpfs", folder.c_str(), "tmpfs", 0, options) != 0) {
    return std::string("no mount: ") + std::strerror(errno);
  }
  return "";
}

// Fills the disk by commits; returns how many were durable.
int CommitUntilFull(OpenStore& store) {
  for (int i = 0; i < 2'000; ++i) {
    const core::Status status =
        store.Commit(PutOf("fill" + std::to_string(i), std::string(20'000, 'x')));
    if (status.ok()) continue;
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
    EXPECT_THAT(TextOf(status), HasSubstr("no room"));
    return i;
  }
  ADD_FAILURE() << "the disk never became full";
  return 0;
}

void FillAndRecover(const StoreFolder& folder) {
  {
    std::ofstream(folder.path() / "ballast") << std::string(1 << 20, 'b');
    OpenStore store(folder.store());
    ASSERT_TRUE(store.status().ok()) << store.status();
    const int durable = CommitUntilFull(store);
    ASSERT_GT(durable, 5);
    EXPECT_FALSE(store.storage().Health().ok());
    for (int i = 0; i < durable; ++i) {
      ASSERT_EQ(ValueOf(store.storage(), "fill" + std::to_string(i)).size(), 20'000u) << i;
    }
    EXPECT_EQ(ValueOf(store.storage(), "fill" + std::to_string(durable)), "(none)");
    EXPECT_FALSE(store.Commit(PutOf("still", std::string(200'000, 'x'))).ok());
    const auto copy = BackUpStore(folder.store(), folder.path() / "copy");
    EXPECT_TRUE(absl::IsResourceExhausted(copy.status())) << copy.status();
    std::filesystem::remove(folder.path() / "ballast");
    EXPECT_TRUE(store.Commit(PutOf("again", std::string(200'000, 'x'))).ok());
    EXPECT_TRUE(store.storage().Health().ok());
  }
  OpenStore after(folder.store());
  ASSERT_TRUE(after.status().ok()) << after.status();
  EXPECT_EQ(ValueOf(after.storage(), "again").size(), 200'000u);
  EXPECT_EQ(ValueOf(after.storage(), "fill0").size(), 20'000u);
}

TEST(FullDiskTest, AFullDiskRefusesBatchesAndIsRecoveredFrom) {
  const StoreFolder folder;
  EXPECT_EQ(FailuresInChild([&] {
              const std::string why_not = MountSmall(folder.path(), "size=6m");
              std::cout << "exercised: "
                        << (why_not.empty() ? "a full tmpfs of 6 MiB" : "nothing, " + why_not)
                        << '\n';
              if (why_not.empty()) FillAndRecover(folder);
            }),
            0);
}

// The bound of the configuration: what goes makes room for what comes.
TEST(FullDiskTest, AStoreAtItsBoundIsLikeAFullDisk) {
  const StoreFolder folder;
  StorageOptions options{folder.store()};
  options.size_max = 2 << 20;
  {
    OpenStore store(options);
    ASSERT_TRUE(store.status().ok()) << store.status();
    const int durable = CommitUntilFull(store);
    EXPECT_GT(durable, 50);
    EXPECT_FALSE(store.storage().Health().ok());
    EXPECT_EQ(ValueOf(store.storage(), "fill0").size(), 20'000u);
    core::StoreBatch less;
    for (int i = 0; i < 20; ++i) less.Delete(At("fill" + std::to_string(i)));
    EXPECT_TRUE(store.Commit(std::move(less)).ok());
    EXPECT_TRUE(store.Commit(PutOf("again", std::string(200'000, 'x'))).ok());
    EXPECT_TRUE(store.storage().Health().ok());
  }
  EXPECT_LE(std::filesystem::file_size(folder.store()), options.size_max);
  // A smaller bound takes nothing away.
  options.size_max = 1 << 20;
  OpenStore after(options);
  ASSERT_TRUE(after.status().ok()) << after.status();
  EXPECT_EQ(ValueOf(after.storage(), "again").size(), 200'000u);
}

TEST(FullDiskTest, AStoreOnAFullDiskIsNotMade) {
  const StoreFolder folder;
  EXPECT_EQ(FailuresInChild([&] {
              const std::string why_not = MountSmall(folder.path(), "size=8k");
              std::cout << "exercised: "
                        << (why_not.empty() ? "a full tmpfs of 8 KiB" : "nothing, " + why_not)
                        << '\n';
              if (!why_not.empty()) return;
              OpenStore store(folder.store());
              EXPECT_TRUE(absl::IsResourceExhausted(store.status())) << store.status();
              EXPECT_FALSE(std::filesystem::exists(folder.store()));
              EXPECT_FALSE(std::filesystem::exists(TemporaryName(folder.store())));
            }),
            0);
}

TEST(FullDiskTest, AReadOnlyFileSystemIsNamed) {
  const StoreFolder folder;
  EXPECT_EQ(FailuresInChild([&] {
              const std::string why_not = MountSmall(folder.path(), "size=6m");
              std::cout << "exercised: "
                        << (why_not.empty() ? "a read-only tmpfs" : "nothing, " + why_not) << '\n';
              if (!why_not.empty()) return;
              EXPECT_TRUE(OpenStore(folder.store()).status().ok());
              ASSERT_EQ(
                  mount("tmpfs", folder.path().c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr),
                  0);
              const core::Status status = OpenStore(folder.store()).status();
              EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
              EXPECT_THAT(TextOf(status), HasSubstr("store.db.lock: open: Read-only file system"));
            }),
            0);
}

// Every write beyond the limit fails with EFBIG; lifted, the store goes on.
TEST(FullDiskTest, AFileSizeLimitIsLikeAFullDisk) {
  const StoreFolder folder;
  EXPECT_EQ(
      FailuresInChild([&] {
        signal(SIGXFSZ, SIG_IGN);
        OpenStore store(folder.store());
        ASSERT_TRUE(store.Commit(PutOf("before", "1")).ok());
        rlimit limit{};
        ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
        const rlim_t lifted = limit.rlim_cur;
        limit.rlim_cur = 200'000;
        ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
        EXPECT_GT(CommitUntilFull(store), 0);
        EXPECT_EQ(ValueOf(store.storage(), "before"), "1");
        EXPECT_TRUE(store.Commit(PutOf("small", "fits")).ok() || !store.storage().Health().ok());
        limit.rlim_cur = lifted;
        ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
        EXPECT_TRUE(store.Commit(PutOf("after", std::string(300'000, 'x'))).ok());
        EXPECT_EQ(ValueOf(store.storage(), "after").size(), 300'000u);
      }),
      0);
}

// One batch that does not fit takes no other of its group with it.
TEST(FullDiskTest, ASmallBatchBesideOneThatDoesNotFitIsStored) {
  const StoreFolder folder;
  EXPECT_EQ(FailuresInChild([&] {
              signal(SIGXFSZ, SIG_IGN);
              OpenStore store(folder.store());
              ASSERT_TRUE(store.status().ok()) << store.status();
              rlimit limit{};
              ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
              limit.rlim_cur = 1'000'000;
              ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
              constexpr uint64_t kBatches = 40;
              for (uint64_t i = 0; i < kBatches; ++i) {
                const bool large = i % 2 == 1;
                store.storage().Commit({i}, PutOf("key" + std::to_string(i),
                                                  std::string(large ? 1'000'000 : 10, 'x')));
              }
              const auto stored = store.completions().First(kBatches);
              for (uint64_t i = 0; i < kBatches; ++i) {
                EXPECT_EQ(stored[i].status.ok(), i % 2 == 0) << i << ": " << stored[i].status;
              }
            }),
            0);
}

}  // namespace
}  // namespace node
