// A disk that becomes read-only below a running store, as ext4 does after an error (mount option errors=remount-ro): what
// is open for writing stays open, and writes fail with EROFS. No file system that a test could mount lets itself be switched
// so, therefore the kernel hands the calls that write to this program (seccomp_unotify(2)), which refuses them or not.
#include <atomic>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "node/storage/store_check.h"
#include "tests/node/base/failures_in_child.h"
#include "tests/node/storage/scratch.h"

namespace node {
namespace {

using testing::HasSubstr;

constexpr uint32_t kCallsThatWrite[] = {
    __NR_pwrite64,  __NR_pwritev,  __NR_ftruncate, __NR_fallocate, __NR_fsync,
    __NR_fdatasync, __NR_unlinkat, __NR_renameat2, __NR_mkdirat,
#ifdef __NR_unlink  // Newer architectures have those with a folder only.
    __NR_unlink,    __NR_rename,   __NR_mkdir,
#endif
};
constexpr uint32_t kOpensForWriting = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;

sock_filter Load(size_t offset) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset));
}

// Skips the next instruction unless the loaded word is `value`.
sock_filter Unless(uint32_t value) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
}

sock_filter Return(uint32_t action) {
  return BPF_STMT(BPF_RET | BPF_K, action);
}

std::vector<sock_filter> Filter() {
  std::vector<sock_filter> filter = {Load(offsetof(seccomp_data, nr))};
  for (const uint32_t call : kCallsThatWrite) {
    filter.push_back(Unless(call));
    filter.push_back(Return(SECCOMP_RET_USER_NOTIF));
  }
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_openat, 1, 0));
  filter.push_back(Return(SECCOMP_RET_ALLOW));
  filter.push_back(Load(offsetof(seccomp_data, args) + 2 * sizeof(uint64_t)));
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, kOpensForWriting, 0, 1));
  filter.push_back(Return(SECCOMP_RET_USER_NOTIF));
  filter.push_back(Return(SECCOMP_RET_ALLOW));
  return filter;
}

// The disk of the thread that makes it, and of all that this thread begins later.
class SwitchedDisk {
 public:
  // The thread that judges must not be judged itself, so it begins before the filter.
  SwitchedDisk() : judge_([this] { Judge(); }) {
    std::vector<sock_filter> filter = Filter();
    const sock_fprog program = {static_cast<uint16_t>(filter.size()), filter.data()};
    int listener = -1;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) {
      listener = static_cast<int>(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                                          SECCOMP_FILTER_FLAG_NEW_LISTENER, &program));
    }
    if (listener < 0) why_not_ = std::strerror(errno);
    listener_ = listener;
    listener_.notify_one();
    if (listener < 0)
      judge_.join();
    else
      judge_.detach();  // The process ends with the test.
  }

  // Nothing: it works.
  [[nodiscard]] const std::string& why_not() const { return why_not_; }

  void Set(bool read_only) { read_only_ = read_only; }

  [[nodiscard]] int refused() const { return refused_; }

 private:
  static constexpr int kNotYet = -2;

  void Judge() {
    listener_.wait(kNotYet);
    const int listener = listener_;
    seccomp_notif asked{};
    while (listener >= 0 && ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) == 0) {
      seccomp_notif_resp answer{};
      answer.id = asked.id;
      if (read_only_) {
        ++refused_;
        answer.error = -EROFS;
      } else {
        answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
      }
      (void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
      asked = {};
    }
  }

  std::atomic<int> listener_ = kNotYet;
  std::atomic<bool> read_only_ = false;
  std::atomic<int> refused_ = 0;
  std::string why_not_;
  std::thread judge_;  // Last: it uses the rest.
};

void LiveThroughIt(const StoreFolder& folder, SwitchedDisk& disk) {
  {
    OpenStore store(folder.store());
    ASSERT_TRUE(store.status().ok()) << store.status();
    ASSERT_TRUE(store.Commit(PutOf("before", "1")).ok());
    EXPECT_EQ(disk.refused(), 0);
    disk.Set(true);
    for (int i = 0; i < 3; ++i) {
      const core::Status status = store.Commit(PutOf("meanwhile", std::string(20'000, 'x')));
      EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
      EXPECT_THAT(std::string(core::MessageOf(status)), HasSubstr("Read-only file system"));
      EXPECT_FALSE(store.storage().Health().ok());
      EXPECT_EQ(ValueOf(store.storage(), "before"), "1");
      EXPECT_EQ(ValueOf(store.storage(), "meanwhile"), "(none)");
    }
    EXPECT_GE(disk.refused(), 3);
    disk.Set(false);
    EXPECT_TRUE(store.Commit(PutOf("after", std::string(20'000, 'y'))).ok());
    EXPECT_TRUE(store.storage().Health().ok());
    disk.Set(true);
    EXPECT_FALSE(store.Commit(PutOf("again", "3")).ok());
  }
  disk.Set(false);  // And it ended while nothing could be written.
  OpenStore later(folder.store());
  ASSERT_TRUE(later.status().ok()) << later.status();
  EXPECT_EQ(ValueOf(later.storage(), "before"), "1");
  EXPECT_EQ(ValueOf(later.storage(), "after").size(), 20'000u);
  EXPECT_EQ(ValueOf(later.storage(), "again"), "(none)");
}

TEST(ReadOnlyDiskTest, AStoreGoesOnReadingAndWritesAgainByItself) {
  const StoreFolder folder;
  EXPECT_EQ(FailuresInChild([&] {
              SwitchedDisk disk;
              const std::string& why_not = disk.why_not();
              std::cout << "exercised: "
                        << (why_not.empty() ? "calls that the kernel asks us about"
                                            : "nothing, no seccomp listener: " + why_not)
                        << '\n';
              if (why_not.empty()) LiveThroughIt(folder, disk);
            }),
            0);
}

}  // namespace
}  // namespace node
