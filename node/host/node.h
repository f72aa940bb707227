// Node: the parts of a running node, put together from its configuration, from the first file to the last signal.
//
//   opening    key -> identity -> store (and with it the folder) -> incarnation -> listening -> book and routes -> services -> looking
//              for others
//   SIGHUP     the log file is opened anew
//   SIGTERM, SIGINT   stopping: topics are left, connections flushed, book and routes stored, the store closed;
//              kStopMax at most, then the process ends with what is done
//   a second one, kSecondSignal later or more: the process ends at once. Before that it is the same wish: whoever signals a
//              group of processes and its leader sends two
//
// Invariants: (1) a folder has at most one running node; (2) an error of opening leaves nothing running, and nothing
// behind that a next try would trip over; (3) secrets lie in locked memory and in no log. Errors: an exit code and a Status
// that says what, where, found, allowed. Thread rule: one thread, which runs io. Source: issue 3, point 5; docs/node.md.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/signal_set.hpp>

#include "core/crypto/sodium_suite.h"
#include "node/config/node_config.h"
#include "node/handshake/identity.h"
#include "node/host/host.h"
#include "node/host/node_records.h"
#include "node/host/node_service.h"
#include "node/log/log.h"
#include "node/storage/durable_storage.h"

namespace node {

// Files of the store, the log, the control socket and the admin pages, generously.
inline constexpr size_t kOtherDescriptors = 256;
inline constexpr std::string_view kKeyFileName = "node.key";

// docs/node.md, "Exit codes".
enum class ExitCode : int {
  kDone = 0,
  kUsage = 1,
  kConfiguration = 2,
  kFiles = 3,    // The key, the data directory or the store: wrong, damaged, in use, or full.
  kNetwork = 4,  // Cannot listen.
  kInternal = 5,
  kCut = 6,  // Stopped before everything was done: a second signal, or kStopMax.
};

class Node {
 public:
  static constexpr core::Duration kStopMax = core::Milliseconds(4'500);
  static constexpr core::Duration kSecondSignal = core::Milliseconds(500);

  // REQUIRES: io, suite, log and log_sink outlive the node.
  Node(asio::io_context& io, const NodeConfig& config, const core::SodiumSuite& suite, Log& log);
  ~Node();

  struct Failure {
    ExitCode code = ExitCode::kDone;
    core::Status status;
  };

  // Serves this too, from Open on. Before Open.
  void Serve(MakeService make) { makers_.push_back(std::move(make)); }

  // Everything up to looking for others. On an error: why, and as which exit code.
  [[nodiscard]] std::optional<Failure> Open();

  // Runs io until the node has stopped.
  [[nodiscard]] ExitCode Run();

  // As SIGTERM.
  void Stop();

  [[nodiscard]] NodeView& view() { return *host_; }

  [[nodiscard]] const NodeConfig& config() const { return config_; }

 private:
  void AwaitSignal();
  void WaitForSignal();
  void OnSignal(int signal);
  void OnStored(const std::vector<core::Stored>& stored);
  [[nodiscard]] core::Status OpenStore();
  [[nodiscard]] core::Status OpenServices();

  asio::io_context* io_;
  NodeConfig config_;
  const core::SodiumSuite* suite_;
  Log* log_;
  std::unique_ptr<Identity> identity_;
  std::unique_ptr<DurableStorage> storage_;
  std::unique_ptr<NodeRecords> records_;
  std::unique_ptr<Host> host_;
  std::vector<MakeService> makers_;
  std::vector<std::unique_ptr<NodeService>> services_;
  asio::signal_set signals_;
  asio::steady_timer stop_timer_;
  bool stopping_ = false;
  core::Time stopping_since_;
  bool cut_ = false;
};

// What a new folder needs before its first run: the folder (mode 0700) and the key. Where there is a key already:
// FailedPrecondition.
[[nodiscard]] core::StatusOr<core::NodeId> PrepareDataDirectory(const std::filesystem::path& folder,
                                                                const core::Suite& suite);

// The host's part of a configuration. InvalidArgument where it asks for what this version does not do.
[[nodiscard]] core::StatusOr<HostOptions> HostOptionsFrom(const NodeConfig& config);

}  // namespace node
