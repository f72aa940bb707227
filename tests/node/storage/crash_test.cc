// kill -9 in a loop under load: what was acknowledged is there, every batch is whole or absent.
//
//   node_storage_crash_test [--rounds=N] [--seed=N]    30 rounds unless said otherwise; a soak: 10000
//
// A child commits numbered batches, 32 of them under way at a time, and writes each number to a pipe when
// it is reported durable. It is killed at a random moment, also while it opens the store, or after a
// kill behind which nobody looked. Two planted bugs show that the test sees what it is for.
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <string_view>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/random.h"
#include "tests/node/storage/numbered_batches.h"
#include "tests/node/storage/scratch.h"

namespace node {
namespace {

enum class Planted { kNothing, kAcknowledgesBeforeCommit, kCommitsInTwoHalves };

struct Settings {
  int rounds = 30;
  uint64_t seed = 1;
};

Settings& TheSettings() {
  static Settings settings;
  return settings;
}

// The child's life: commits until it is killed.
class Committer {
 public:
  Committer(const std::filesystem::path& file, int pipe, Planted planted)
      : pipe_(pipe), planted_(planted) {
    auto opened = DurableStorage::Open(
        {file}, [this](const std::vector<core::Stored>& stored) { Report(stored); });
    if (!opened.ok()) {
      std::cerr << "child: " << opened.status() << '\n';
      _exit(3);
    }
    storage_ = *std::move(opened);
  }

  [[noreturn]] void Run() {
    for (uint64_t number = LastNumber(*storage_) + 1;; ++number) {
      WaitUntilUnderWay(kUnderWayMax - 1);
      if (planted_ == Planted::kCommitsInTwoHalves) {
        CommitHalves(number);
      } else {
        Submit(number, NumberedBatch(number));
      }
      if (planted_ == Planted::kAcknowledgesBeforeCommit) Acknowledge(number);
    }
  }

 private:
  static constexpr int kUnderWayMax = 32;

  void Submit(uint64_t number, core::StoreBatch batch) {
    {
      const std::lock_guard lock(mutex_);
      ++under_way_;
    }
    storage_->Commit({number}, std::move(batch));
  }

  // Ticket 0 stands for the half that is not acknowledged.
  void CommitHalves(uint64_t number) {
    core::StoreBatch first = NumberedBatch(number);
    core::StoreBatch second;
    second.writes.push_back(std::move(first.writes.back()));
    first.writes.pop_back();
    Submit(0, std::move(first));
    WaitUntilUnderWay(0);
    Submit(number, std::move(second));
  }

  void WaitUntilUnderWay(int most) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return under_way_ <= most; });
  }

  void Report(const std::vector<core::Stored>& stored) {
    for (const core::Stored& each : stored) {
      if (!each.status.ok()) {
        std::cerr << "child: " << each.status << '\n';
        _exit(4);
      }
      const bool acknowledged_early = planted_ == Planted::kAcknowledgesBeforeCommit;
      if (each.ticket.value != 0 && !acknowledged_early) Acknowledge(each.ticket.value);
    }
    const std::lock_guard lock(mutex_);
    under_way_ -= static_cast<int>(stored.size());
    changed_.notify_one();
  }

  void Acknowledge(uint64_t number) const {
    if (write(pipe_, &number, sizeof number) != sizeof number) _exit(5);
  }

  const int pipe_;
  const Planted planted_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int under_way_ = 0;
  std::unique_ptr<DurableStorage> storage_;
};

struct Round {
  uint64_t acknowledged = 0;
  bool killed = false;  // False: the child ended by itself, which it never should.
};

// How long a child lives: from its start, so that it dies while opening too, or from its first report.
struct Life {
  std::chrono::microseconds length{};
  bool from_first_report = false;
};

Round RunAndKill(const std::filesystem::path& file, Planted planted, Life life) {
  int ends[2];
  EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    Committer(file, ends[1], planted).Run();
  }
  close(ends[1]);
  Round round;
  uint64_t number = 0;
  if (life.from_first_report && read(ends[0], &number, sizeof number) == sizeof number) {
    round.acknowledged = number;
  }
  // The one wait of this test that is for time to pass: the moment of the kill is what is varied.
  std::thread killer([&] {
    std::this_thread::sleep_for(life.length);
    kill(child, SIGKILL);
  });
  while (read(ends[0], &number, sizeof number) == sizeof number) round.acknowledged = number;
  killer.join();
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  round.killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  return round;
}

struct Result {
  std::string fault;  // The first.
  int rounds = 0;
  uint64_t acknowledged = 0;
};

Result KillAgainAndAgain(Planted planted, int rounds) {
  const StoreFolder folder(StoreFolder::On::kDisk);
  core::Random random(core::StreamKey{.seed = TheSettings().seed});
  Result result;
  while (result.rounds < rounds && result.fault.empty()) {
    ++result.rounds;
    Life life;
    life.length = std::chrono::microseconds(1'000 + random.Below(60'000));
    life.from_first_report = random.Below(4) != 0;
    const Round round = RunAndKill(folder.store(), planted, life);
    if (!round.killed) return {"the child ended by itself", result.rounds, result.acknowledged};
    result.acknowledged = std::max(result.acknowledged, round.acknowledged);
    if (random.Below(3) == 0) continue;  // The next child recovers, and is killed in turn.
    OpenStore store(folder.store());
    if (!store.status().ok()) {
      result.fault = core::MessageOf(store.status());
    } else {
      result.fault = FaultAfterCrash(store.storage(), result.acknowledged);
    }
  }
  return result;
}

TEST(CrashTest, NothingAcknowledgedIsLostAndNoBatchIsHalf) {
  const Result result = KillAgainAndAgain(Planted::kNothing, TheSettings().rounds);
  EXPECT_EQ(result.fault, "") << "round " << result.rounds << " seed " << TheSettings().seed;
  EXPECT_GT(result.acknowledged, static_cast<uint64_t>(result.rounds)) << "hardly any load";
  std::cout << result.rounds << " kills, " << result.acknowledged << " batches acknowledged\n";
}

TEST(CrashTest, AnAcknowledgementBeforeTheCommitIsCaught) {
  const Result result = KillAgainAndAgain(Planted::kAcknowledgesBeforeCommit, 60);
  EXPECT_NE(result.fault, "");
  std::cout << "caught in round " << result.rounds << ": " << result.fault << '\n';
}

TEST(CrashTest, ABatchCommittedInTwoHalvesIsCaught) {
  const Result result = KillAgainAndAgain(Planted::kCommitsInTwoHalves, 200);
  EXPECT_NE(result.fault, "");
  std::cout << "caught in round " << result.rounds << ": " << result.fault << '\n';
}

}  // namespace
}  // namespace node

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--rounds=")) node::TheSettings().rounds = std::atoi(argv[i] + 9);
    if (argument.starts_with("--seed="))
      node::TheSettings().seed = std::strtoull(argv[i] + 7, nullptr, 10);
  }
  return RUN_ALL_TESTS();
}
