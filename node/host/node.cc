#include "node/host/node.h"

#include <chrono>
#include <csignal>
#include <string>
#include <system_error>
#include <utility>

#include "node/base/visible_text.h"
#include "node/handshake/entropy.h"
#include "node/host/endpoints.h"
#include "node/host/key_file.h"
#include "node/host/process.h"
#include "node/host/version.h"

namespace node {
namespace {

// A frame of routing with its digest and contacts.
constexpr size_t kRecordedBytesPerInput = 1'600;
// Connections that are let in to be told where else to go.
constexpr size_t kRefusalRoom = 8;

uint64_t DrawSeed() {
  std::array<uint8_t, 8> bytes;
  FillRandom(bytes);
  uint64_t seed = 0;
  for (const uint8_t byte : bytes) seed = seed << 8 | byte;
  return seed;
}

TransportSettings TransportSettingsFrom(const NodeConfig& config) {
  TransportSettings settings;
  settings.inbound_max = config.limits.inbound + kRefusalRoom;
  settings.outbound_max = config.limits.outbound;
  settings.pending_max = config.limits.pending_handshakes;
  settings.per_address_max = config.limits.per_address;
  settings.connect_timeout = config.timeouts.connect;
  settings.handshake_timeout = config.timeouts.handshake;
  settings.idle_timeout = config.timeouts.idle;
  settings.keep_alive = config.timeouts.keep_alive;
  settings.write_stall = config.timeouts.write_stall;
  settings.flush_max = std::min(config.timeouts.flush, core::Seconds(3));
  settings.request_timeout = config.timeouts.request;
  settings.stream_timeout = config.timeouts.reassembly;
  settings.frame.body_max = config.transport.chunk_max + kBodyPrefixBytes;
  settings.payload_max = config.transport.payload_max;
  settings.write_buffer_max = config.transport.write_buffer;
  settings.sink_packets_max = config.transport.sink_packets;
  settings.sink_bytes_max = config.transport.sink_bytes;
  settings.reassembly_total_max = config.transport.reassembly_total;
  settings.channels = {kCoreChannel, kDiscoveryChannel};
  return settings;
}

DiscoverySettings DiscoverySettingsFrom(const NodeConfig& config) {
  DiscoverySettings settings;
  settings.seeds = config.seeds;
  settings.desired = std::min<size_t>(config.discovery.desired, config.limits.outbound);
  settings.inbound_max = config.limits.inbound;
  settings.exchange = config.discovery.exchange;
  settings.probe = config.discovery.nat_probe && config.advertise.empty();
  settings.ban = config.discovery.ban;
  return settings;
}

// A quarter for the start, the rest for the last inputs.
std::optional<core::RecorderLimits> RecorderLimitsFrom(const NodeConfig& config) {
  if (config.recorder.length == 0) return std::nullopt;
  core::RecorderLimits limits;
  const size_t bytes = config.recorder.length * kRecordedBytesPerInput;
  limits.head_bytes = bytes / 4;
  limits.tail_bytes = bytes - limits.head_bytes;
  return limits;
}

// Half of what is not lent: certificates, votes and the store's own pages take the rest.
uint64_t ClusterCacheOf(const StoreOptions& storage) {
  return storage.size_max > storage.lend ? (storage.size_max - storage.lend) / 2 : 0;
}

}  // namespace

core::StatusOr<HostOptions> HostOptionsFrom(const NodeConfig& config) {
  if (config.listen.size() > 1) {
    return core::InvalidArgument(
        "listen: found " + std::to_string(config.listen.size()) +
        " addresses, allowed at most one in this version; [::]:PORT takes IPv4 and IPv6");
  }
  for (const Address& address : config.advertise) {
    if (address.name.empty()) continue;
    return core::InvalidArgument("advertise: found the name " + Quoted(ToText(address)) +
                                 ", allowed numeric addresses only: others dial no names");
  }
  if (config.dial_from.has_value() && config.dial_from->port != 0) {
    return core::InvalidArgument("dial_from: found the port " +
                                 std::to_string(config.dial_from->port) +
                                 ", allowed 0: each connection needs another one");
  }
  HostOptions options;
  options.version = SourceVersion();
  options.protocol = config.protocol;
  options.transport = TransportSettingsFrom(config);
  options.discovery = DiscoverySettingsFrom(config);
  if (config.dial_from.has_value()) options.transport.dial_from = ToAsio(*config.dial_from);
  if (!config.listen.empty()) options.listen = config.listen[0];
  options.advertise = config.advertise;
  options.recorder = RecorderLimitsFrom(config);
  options.store = config.storage.path;
  options.lend = config.storage.lend;
  options.protocol.transactions.cluster_cache = ClusterCacheOf(config.storage);
  options.seed = DrawSeed();
  FillRandom(options.bucket_key.bytes);
  return options;
}

core::StatusOr<core::NodeId> PrepareDataDirectory(const std::filesystem::path& folder,
                                                  const core::Suite& suite) {
  std::error_code error;
  const bool created = std::filesystem::create_directories(folder, error);
  if (!error && created) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  }
  if (error) {
    return core::Unavailable("data directory " + folder.string() + ": create: " + error.message());
  }
  return CreateKeyFile(folder / kKeyFileName, suite);
}

Node::Node(asio::io_context& io, const NodeConfig& config, const core::SodiumSuite& suite, Log& log)
    : io_(&io), config_(config), suite_(&suite), log_(&log), signals_(io), stop_timer_(io) {}

// Services go before the host that they look at. The host goes before what it uses; the store's writer ends before the loop that it reports to.
Node::~Node() {
  services_.clear();
  host_.reset();
  storage_.reset();
}

std::optional<Node::Failure> Node::Open() {
  auto options = HostOptionsFrom(config_);
  if (!options.ok()) return Failure{ExitCode::kConfiguration, options.status()};
  core::SecretKey secret;
  const core::Status read =
      ReadKeyFile(std::filesystem::path(config_.data_dir) / kKeyFileName, *suite_, secret);
  if (absl::IsNotFound(read)) {
    return Failure{ExitCode::kFiles, core::NotFound(std::string(core::MessageOf(read)) +
                                                    "; `orbnode init` makes one")};
  }
  if (!read.ok()) return Failure{ExitCode::kFiles, read};
  identity_ = std::make_unique<Identity>(secret, DrawKey(), NetworkIdOf(config_.network, *suite_));
  const core::Status store = OpenStore();
  if (!store.ok()) return Failure{ExitCode::kFiles, store};
  host_ = std::make_unique<Host>(*io_, *std::move(options), *identity_, *suite_, *records_, *log_);
  const core::Status listens = host_->Open();
  if (!listens.ok()) return Failure{ExitCode::kNetwork, listens};
  if (const auto peers = records_->LoadPeers()) {
    const core::Status restored = host_->RestorePeers(*peers);
    if (!restored.ok()) log_->Warning("the peer book is lost", {{"why", restored}});
  }
  host_->RestoreRoutes(records_->LoadRoutes());
  const core::Status served = OpenServices();
  if (!served.ok()) return Failure{ExitCode::kNetwork, served};
  AwaitSignal();
  log_->Info("the node runs", {{"node", identity_->node_id()},
                               {"network", identity_->network()},
                               {"version", SourceVersion()},
                               {"data_dir", config_.data_dir}});
  host_->Begin();
  return std::nullopt;
}

core::Status Node::OpenStore() {
  StorageOptions options;
  options.file = config_.storage.path;
  options.size_max = config_.storage.size_max;
  ASSIGN_OR_RETURN(storage_,
                   DurableStorage::Open(options, [this](std::vector<core::Stored> stored) {
                     asio::post(*io_, [this, stored = std::move(stored)] { OnStored(stored); });
                   }));
  records_ = std::make_unique<NodeRecords>(*storage_, *io_, *suite_, *log_);
  return records_->Open();
}

core::Status Node::OpenServices() {
  for (const MakeService& make : makers_) {
    services_.push_back(make(*host_));
    RETURN_IF_ERROR(services_.back()->Open());
  }
  return absl::OkStatus();
}

void Node::OnStored(const std::vector<core::Stored>& stored) {
  for (const core::Stored& one : stored) {
    const auto of_core = records_->OnStored(one);
    if (of_core.has_value()) host_->OnStored(*of_core);
  }
}

void Node::AwaitSignal() {
  signals_.add(SIGTERM);
  signals_.add(SIGINT);
  signals_.add(SIGHUP);
  WaitForSignal();
}

void Node::WaitForSignal() {
  signals_.async_wait([this](const ErrorCode& error, int signal) {
    if (error) return;
    OnSignal(signal);
    WaitForSignal();
  });
}

void Node::OnSignal(int signal) {
  if (signal == SIGHUP) {
    const core::Status reopened = log_->Reopen();
    if (!reopened.ok()) log_->Warning("the log stays in its old file", {{"why", reopened}});
    return;
  }
  if (!stopping_) return Stop();
  if (ReadClocks().steady - stopping_since_ < kSecondSignal) return;
  cut_ = true;
  io_->stop();
}

void Node::Stop() {
  if (std::exchange(stopping_, true)) return;
  stopping_since_ = ReadClocks().steady;
  log_->Info("stopping");
  NotifyService("STOPPING=1");
  stop_timer_.expires_after(std::chrono::microseconds(kStopMax.us));
  stop_timer_.async_wait([this](const ErrorCode& error) {
    if (error) return;
    cut_ = true;
    io_->stop();
  });
  for (const auto& service : services_) service->Stop();
  host_->Stop([this] { io_->stop(); });
}

ExitCode Node::Run() {
  NotifyService("READY=1");
  const auto working = asio::make_work_guard(*io_);
  io_->restart();  // Opening has turned it already.
  io_->run();
  if (!cut_) records_->Drain();
  const core::Status health = records_->Health();
  if (!health.ok()) log_->Error("what was learned is not stored", {{"why", health}});
  log_->Info("stopped", {{"complete", !cut_}});
  return cut_ ? ExitCode::kCut : ExitCode::kDone;
}

}  // namespace node
