// One workload for every store: durable conditional puts of 4 KiB blocks, then gets, then a kill.
//
//   PROGRAM dir=DIR batch=1|64 [puts=N] [blocks=N] [...]
//
// A block begins with its version; a put requires the version before it. `batch` puts share a commit. A
// child fills the store, puts random blocks, gets random blocks, reports, and goes on putting until the
// parent kills it; the parent then times the opening up to the first block read, and counts bytes. One
// line of key=value pairs. The folder is emptied first and removed at the end.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/hash.h"

namespace bench {

inline constexpr size_t kBlockBytes = 4096;
using BlockKey = std::array<uint8_t, 32>;
using Block = std::array<uint8_t, kBlockBytes>;

class BlockStore {
 public:
  virtual ~BlockStore() = default;

  virtual void Begin() = 0;
  // False when the stored version is not `version`; 0: no such block yet.
  [[nodiscard]] virtual bool Put(const BlockKey& key, uint64_t version, const Block& block) = 0;
  virtual void Commit() = 0;  // Durable when it returns.
  [[nodiscard]] virtual bool Get(const BlockKey& key, Block& block) = 0;
};

using OpenBlockStore = std::function<std::unique_ptr<BlockStore>(const std::string& folder)>;

inline void Need(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "failed: %s\n", what);
  std::exit(1);
}

inline double Seconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

inline BlockKey KeyOf(uint32_t id) {
  BlockKey key{};
  for (uint32_t word = 0; word < 4; ++word) {
    const uint64_t value = core::Mix64(id, word);
    std::memcpy(key.data() + 8 * word, &value, 8);
  }
  return key;
}

// name=value among the arguments.
inline std::string Option(int argc, char** argv, std::string_view name, std::string otherwise) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with(name) && argument.substr(name.size()).starts_with('=')) {
      return std::string(argument.substr(name.size() + 1));
    }
  }
  return otherwise;
}

struct Figures {
  double puts_per_s = 0;
  double p50_us = 0;
  double p99_us = 0;
  double gets_per_s = 0;
};

class Workload {
 public:
  Workload(BlockStore& store, uint32_t blocks, uint32_t batch)
      : store_(&store), batch_(batch), versions_(blocks) {
    for (size_t at = 0; at < kBlockBytes; at += 8) {
      const uint64_t value = core::Mix64(at);
      std::memcpy(block_.data() + at, &value, 8);
    }
  }

  void Fill() {
    const uint32_t blocks = static_cast<uint32_t>(versions_.size());
    for (uint32_t id = 0; id < blocks;) {
      store_->Begin();
      for (uint32_t end = std::min(id + 250, blocks); id < end; ++id) Put(id);
      store_->Commit();
    }
  }

  void PutRandomly(uint32_t puts, Figures& figures) {
    std::vector<double> took;
    const double begin = Seconds();
    for (uint32_t done = 0; done < puts; done += batch_) {
      const double from = Seconds();
      PutOneBatch();
      took.push_back(Seconds() - from);
    }
    figures.puts_per_s = static_cast<double>(took.size() * batch_) / (Seconds() - begin);
    std::sort(took.begin(), took.end());
    figures.p50_us = took[took.size() / 2] * 1e6;
    figures.p99_us = took[took.size() * 99 / 100] * 1e6;
  }

  void PutOneBatch() {
    store_->Begin();
    for (uint32_t i = 0; i < batch_; ++i) Put(AnyBlock());
    store_->Commit();
  }

  void GetRandomly(uint32_t gets, Figures& figures) {
    Block found;
    const double begin = Seconds();
    for (uint32_t i = 0; i < gets; ++i) {
      const uint32_t id = AnyBlock();
      Need(store_->Get(KeyOf(id), found), "get");
      Need(std::memcmp(found.data(), &versions_[id], 8) == 0, "the version that was put");
    }
    figures.gets_per_s = gets / (Seconds() - begin);
  }

 private:
  void Put(uint32_t id) {
    const uint64_t version = versions_[id]++;
    std::memcpy(block_.data(), &versions_[id], 8);
    Need(store_->Put(KeyOf(id), version, block_), "conditional put");
  }

  uint32_t AnyBlock() { return static_cast<uint32_t>(core::Mix64(7, ++drawn_) % versions_.size()); }

  BlockStore* store_;
  uint32_t batch_;
  std::vector<uint64_t> versions_;
  Block block_{};
  uint64_t drawn_ = 0;
};

inline uint64_t BytesIn(const std::string& folder) {
  uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return bytes;
}

// Reports through the pipe, then puts until it is killed.
[[noreturn]] inline void RunUntilKilled(const OpenBlockStore& open, const std::string& folder,
                                        int argc, char** argv, int pipe) {
  const auto number = [&](const char* name, const char* otherwise) {
    return static_cast<uint32_t>(std::atoi(Option(argc, argv, name, otherwise).c_str()));
  };
  const uint32_t batch = number("batch", "1");
  const auto store = open(folder);
  Workload workload(*store, number("blocks", "5000"), batch);
  Figures figures;
  workload.Fill();
  workload.PutRandomly(number("puts", batch == 1 ? "2000" : "32000"), figures);
  workload.GetRandomly(100'000, figures);
  Need(write(pipe, &figures, sizeof figures) == sizeof figures, "report");
  while (true) workload.PutOneBatch();
}

inline int RunStore(const char* name, const OpenBlockStore& open, int argc, char** argv) {
  const std::string folder = Option(argc, argv, "dir", "");
  Need(!folder.empty(), "option dir=FOLDER");
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  int ends[2];
  Need(pipe(ends) == 0, "pipe");
  const pid_t child = fork();
  if (child == 0) RunUntilKilled(open, folder, argc, argv, ends[1]);
  close(ends[1]);
  Figures figures;
  Need(read(ends[0], &figures, sizeof figures) == sizeof figures, "the child's report");
  usleep(300'000);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  const uint64_t bytes = BytesIn(folder);
  const double begin = Seconds();
  auto store = open(folder);
  Block found;
  Need(store->Get(KeyOf(0), found), "get after the kill");
  const double recovery = Seconds() - begin;
  store.reset();
  std::printf(
      "store=%s batch=%s puts_per_s=%.0f commit_p50_us=%.0f commit_p99_us=%.0f "
      "gets_per_s=%.0f recovery_ms=%.1f mib=%.1f\n",
      name, Option(argc, argv, "batch", "1").c_str(), figures.puts_per_s, figures.p50_us,
      figures.p99_us, figures.gets_per_s, recovery * 1e3, static_cast<double>(bytes) / (1 << 20));
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace bench
