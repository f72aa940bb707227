// Host: runs one core::Peer on a real machine. Turns packets, timers and commands into inputs, and effects into packets.
//
//   phase    | event                                                         | next
//   seeking  | somebody is connected, or there is nobody to look for         | running: Start is delivered
//   running  | the core observed Joined                                      | joined
//   running  | not joined after kJoinPatience, and somebody else is connected | running: another incarnation starts
//   joined   | the NAT probe changed its mind, and nothing is open           | running: another incarnation starts
//   any      | the rows of a start cannot be read                            | seeking: tried again at the next housekeeping
//   any      | Stop                                                          | stopping: topics are left, then the sockets flush
//   stopping | the transport has closed everything                          | stopped
//
// Start waits for the NAT probe while that can still say "client": kProbePatience at most, and only when public peers
// are connected; who does not listen is a client at once. Another incarnation is given the open participations again;
// open calls about blocks end with their own (node/host/open_calls.h).
// It starts when every batch of the one before is completed, so that its rows are all that was handed over.
//
// Invariants: (1) inputs are delivered one at a time, none from inside another's step; an input is in the flight
// recorder before its step, until handles are swept for the first time (a recording cannot say that a handle has a new
// owner); (2) effects are carried out in the order in which they were asked for, before the next input;
// (3) each message is encoded once, whatever the number of its receivers; (4) the core's time never runs back
// (node/host/peer_clock.h); (5) every incarnation draws from a stream of its own; (6) what a peer sends cannot bring the node down:
// it is decoded, counted, garbled or ignored; (7) after Stop nothing is sent but what leaves the topics; (8) each batch of
// the core is completed in the incarnation that asked for it, or in none.
// Life: Open, RestorePeers and RestoreRoutes, Begin, Stop. Errors: Open says what is wrong with listening. Thread rule: the thread that runs io. Source: architecture.md, sections
// 3 and 4; issue 3, point 5; docs/node.md.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "core/codec/wire.h"
#include "core/crypto/suite.h"
#include "core/peer/peer.h"
#include "core/port/config.h"
#include "core/recording/recorder.h"
#include "node/base/clocks.h"
#include "node/discovery/discovery.h"
#include "node/host/courier.h"
#include "node/host/node_directory.h"
#include "node/host/node_view.h"
#include "node/host/open_calls.h"
#include "node/host/own_addresses.h"
#include "node/host/peer_clock.h"
#include "node/log/log.h"
#include "node/transport/transport.h"

namespace node {

// Makes the peer of an incarnation.
using MakePeer =
    std::function<std::unique_ptr<core::Peer>(core::PeerId self, const core::Context& context,
                                              const core::SecretKey& secret, core::Random random)>;

struct HostOptions {
  std::string version;
  core::Config protocol;
  TransportSettings transport;
  DiscoverySettings discovery;  // The port is set by Open.
  std::optional<IpEndpoint> listen;
  std::vector<Address> advertise;  // Empty: found out.
  uint64_t seed = 0;               // Fresh at every start.
  BucketKey bucket_key;            // The same.
  size_t directory_capacity = NodeDirectory::kCapacity;
  std::optional<core::RecorderLimits> recorder;  // Nothing: no flight recorder.
  std::filesystem::path store;  // Whose disk bounds what is lent; empty: nothing does.
  uint64_t lend = 0;            // Bytes, from the first Joined on; 0: what was lent last.
  MakePeer make_peer;           // Nothing: core::Peer itself.
};

// What the host keeps for a later life; node/host/node_records stores it.
class HostMemory {
 public:
  virtual ~HostMemory() = default;

  // Never given before, in this life or an earlier one.
  [[nodiscard]] virtual uint32_t NextIncarnation() = 0;
  virtual void SavePeers(std::vector<uint8_t> bytes) = 0;
  virtual void SaveRoutes(const std::vector<core::Contact>& routes) = 0;

  // All rows of the core's tables, ascending. Error: which of them is damaged, or why the store cannot be read.
  [[nodiscard]] virtual core::StatusOr<std::vector<core::StoredRow>> LoadRows() = 0;
  // Completed by Host::OnStored: each once, in this order, later.
  virtual void Store(core::StoreRequest request) = 0;

  // Of the last write.
  [[nodiscard]] virtual core::Status Health() const = 0;
};

class Host : public NodeView, private TransportEvents {
 public:
  static constexpr core::Duration kHousekeeping = core::Seconds(1);
  static constexpr core::Duration kProbePatience = core::Seconds(8);
  static constexpr core::Duration kJoinPatience = core::Seconds(30);
  static constexpr core::Duration kStoreRetry = core::Seconds(10);  // While the store refuses.
  static constexpr size_t kTopicsMax = 256;                         // Participations at a time.
  static constexpr size_t kRoutesMax = 64;  // Remembered for the next start.

  // REQUIRES: everything by reference outlives this.
  Host(asio::io_context& io, HostOptions options, const Identity& identity,
       const core::Suite& suite, HostMemory& memory, Log& log, TimeSource time = ReadClocks);
  ~Host() override;

  // Listens. First.
  [[nodiscard]] core::Status Open();

  // What an earlier life has kept. Between Open and Begin.
  [[nodiscard]] core::Status RestorePeers(std::span<const uint8_t> bytes);
  void RestoreRoutes(std::span<const core::Contact> routes);

  // Begins to look for others. REQUIRES: Open went well.
  void Begin();

  // Leaves the topics, keeps what is worth keeping, closes the connections; `stopped` is called once, when all that is
  // done. A second call only replaces `stopped`.
  void Stop(std::function<void()> stopped);

  // A batch of the core is completed.
  void OnStored(const core::Stored& stored);

  [[nodiscard]] HostPhase phase() const { return phase_; }

  // Where it listens; the port is the real one.
  [[nodiscard]] std::optional<IpEndpoint> listening() const;

  // NodeView.
  [[nodiscard]] NodeStatus Status() const override;
  [[nodiscard]] std::vector<PeerStatus> Peers() const override;

  [[nodiscard]] const MessageCounters& Messages() const override { return messages_; }

  [[nodiscard]] const TransportCounters& Sockets() const override { return transport_.counters(); }

  [[nodiscard]] const Courier::Counters& Frames() const override { return courier_.counters(); }

  [[nodiscard]] std::vector<core::ModuleDigest> ModuleDigests() const override;
  [[nodiscard]] core::RingOverview Rings() const override;

  // What can be compared with a simulated peer; an empty one before the core starts.
  [[nodiscard]] core::SettledState Settled() const;

  [[nodiscard]] const core::Recorder* Recording() const override { return recorder_.get(); }

  [[nodiscard]] core::NodeId NodeIdOf(core::PeerId peer) const override;
  [[nodiscard]] core::Key256 TopicOf(const core::Topic& topic) const override;
  [[nodiscard]] core::BlockId BlockOf(std::string_view name) const override;
  [[nodiscard]] core::Status Submit(const core::Command& command) override;
  uint64_t Observe(Observer observer) override;
  void Unobserve(uint64_t id) override;

 private:
  struct Connection {
    SocketInfo info;
    core::PeerId peer;
    core::NodeId id;
    core::Time opened;
    bool discovered = false;  // Discovery knows it.
    uint64_t frames_in = 0;
  };

  // A dial that discovery asked for.
  struct Errand {
    Dial dial;
    std::vector<Endpoint> left;  // To be tried when this one fails; of a name.
    std::optional<core::NodeId> proven;
    Endpoint remote = {};  // Dialled last.
  };

  // host.cc: time, inputs, effects.
  [[nodiscard]] core::Time Now();

  [[nodiscard]] core::Time Steady() const { return moment_.steady; }

  void Deliver(core::Input input);
  void DeliverWaiting();
  // `frame`: what an Arrival was decoded from.
  void Step(const core::Input& input, std::span<const uint8_t> frame = {});
  void CarryOut();
  void Route(const core::Outgoing& outgoing);
  void Report(const core::Observation& observation);
  void ReportRings(const core::Observation& observation);
  void OnTimer();
  void ArmTimer();
  void KeepHouse();
  void NoteClock();
  void NoteDescriptors();
  void SweepHandles();
  void MaybeStart();
  [[nodiscard]] bool AwaitsProbe() const;
  [[nodiscard]] std::vector<core::PeerId> StartSeeds() const;
  void StartCore(bool client);
  void BeginIncarnation(bool client, std::span<const core::StoredRow> rows);
  void BeginRecording(const core::StreamKey& stream);
  void EndRecording();
  void MaybeStartAgain();
  void AbandonCalls();
  void ReportUnreachable();
  void AwaitDrained();
  // The room that the configuration lends, once.
  void LendConfigured();
  [[nodiscard]] core::Status CheckLender(const core::LendCommand& lend) const;
  [[nodiscard]] std::optional<uint64_t> DiskFree() const;
  void Remember();
  void RetryStore();

  // host_links.cc: sockets and discovery.
  [[nodiscard]] Verdict JudgePeer(const SocketInfo& socket, const RemotePeer& peer) override;
  void OnOpened(const SocketInfo& socket, const RemotePeer& peer) override;
  [[nodiscard]] Taken OnPacket(SocketId socket, const core::NodeId& from,
                               const Packet& packet) override;
  [[nodiscard]] Taken OnFrame(Connection& connection, std::span<const uint8_t> frame);
  void TurnAway(SocketId socket);
  void OnClosed(SocketId socket, const core::NodeId& peer, const SocketEnd& end) override;
  void OnDialFailed(const SocketInfo& socket, const SocketEnd& end) override;
  void Discover(const DiscoveryInput& input);
  void RunDiscovery();
  void CarryOut(const Dial& dial);
  void CarryOut(const Send& send);
  void CarryOut(const Close& close);
  void CarryOut(const Penalised& penalised);
  void CarryOut(const Banned& banned);
  void CarryOut(const Persist& persist);
  void CarryOut(const ReachabilityChanged& changed);
  void Resolve(const Dial& dial);
  void OnResolved(const Dial& dial, const asio::ip::tcp::resolver::results_type& found);
  // What comes of these at once is queued for RunDiscovery.
  void DialNext(Errand errand);
  void FailErrand(const Errand& errand, DialError error);
  [[nodiscard]] bool Adopt(const Errand& errand);
  [[nodiscard]] bool MayDial(const IpEndpoint& endpoint) const;
  [[nodiscard]] core::AddressList AddressesOf(const SocketInfo& socket, const Hello& hello) const;
  void LearnLocal(const Endpoint& remote);
  void TellOwnAddresses();
  void BanFor(core::PeerId peer);

  asio::io_context* io_;
  HostOptions options_;
  const Identity* identity_;
  const core::Suite* suite_;
  HostMemory* memory_;
  Log* log_;
  TimeSource time_;
  Moment moment_;  // As of the last Now().
  Moment begun_;
  PeerClock clock_;
  SystemClock socket_clock_;
  NodeDirectory directory_;
  std::optional<core::Wire> wire_;  // Of the incarnation, as is the context.
  core::Context context_;
  Hello hello_;
  OwnAddresses own_;
  Transport transport_;
  Courier courier_;
  std::optional<Discovery> discovery_;  // From Open on.
  asio::steady_timer timer_;
  core::Time timer_at_ = core::Time::Never();
  asio::ip::tcp::resolver resolver_;

  std::unique_ptr<core::Recorder> recorder_;  // Of the incarnation; outlives the peer.
  bool recording_ = false;
  std::unique_ptr<core::Peer> peer_;
  HostPhase phase_ = HostPhase::kSeeking;
  uint32_t incarnation_ = 0;
  bool client_ = false;
  size_t open_stores_ = 0;  // Batches of the core that are not completed.
  std::optional<bool>
      start_when_stored_;  // The next incarnation waits for them; whether as a client.
  core::Status rows_;      // Why the last start could not read its rows.
  core::Time started_;     // Steady time of the last Start.
  core::Time first_link_ = core::Time::Never();
  core::Time house_at_;
  core::Time store_at_;  // When a refusing store may be tried again.
  core::Time unreachable_at_ = core::Time::Never();
  std::vector<core::PeerId> tried_seeds_;  // Of the last Start.
  std::vector<core::PeerId> routes_;       // Of an earlier life, until the first Start.
  Scope floor_ = Scope::kPublic;           // The nearest scope that is dialled.

  std::deque<core::Input> inputs_;
  bool stepping_ = false;
  core::Effects effects_;
  core::Message message_;
  std::vector<uint8_t> frame_;
  DiscoveryEffects discovery_effects_;
  std::deque<DiscoveryInput> discovery_inputs_;
  bool discovering_ = false;
  absl::flat_hash_map<uint64_t, Connection> connections_;  // By socket.
  std::map<uint64_t, Errand> errands_;                     // By socket.
  std::map<core::Key256, core::Command> topics_;           // Participations of the local user.
  OpenCalls calls_;                                        // The same about blocks.
  std::map<uint64_t, Observer> observers_;
  uint64_t next_observer_ = 1;
  MessageCounters messages_;
  uint64_t steps_ = 0;
  std::function<void()> stopped_;
  std::shared_ptr<bool> alive_ =
      std::make_shared<bool>(true);  // What waits in the loop may outlive this.
  LogSite refused_site_{{.level = LogLevel::kInfo}};
  LogSite garbled_site_{{.level = LogLevel::kWarning}};
  bool short_ = false;  // Of descriptors, when last looked at.
  LogSite short_site_{{.level = LogLevel::kWarning, .burst = 2, .interval = core::Minutes(1)}};
  LogSite sweep_site_{{.level = LogLevel::kInfo}};
  LogSite rows_site_{{.level = LogLevel::kError, .burst = 2, .interval = core::Minutes(5)}};
  LogSite ring_site_{{.level = LogLevel::kInfo, .burst = 20}};
  LogSite link_site_{{.level = LogLevel::kDebug, .burst = 50}};
  LogSite penalty_site_{{.level = LogLevel::kWarning}};
};

}  // namespace node
