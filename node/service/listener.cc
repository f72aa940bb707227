#include "node/service/listener.h"

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

#include <boost/asio/local/stream_protocol.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "node/host/endpoints.h"

namespace node {
namespace {

constexpr int kBacklog = 128;

core::Status Failed(const std::string& where, const ErrorCode& error) {
  return core::Unavailable("listen at " + where + ": " + error.message());
}

bool IsShortage(const ErrorCode& error) {
  return error == asio::error::no_descriptors || error == asio::error::no_buffer_space ||
         error == asio::error::no_memory ||
         error == boost::system::errc::too_many_files_open_in_system;
}

// 0: no such file, or no socket.
uint64_t InodeOfSocket(const std::filesystem::path& path) {
  struct stat found {};

  if (lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) return 0;
  return found.st_ino;
}

// Nobody accepts at it: what an earlier process has left. (A full backlog is somebody.)
bool IsStale(const std::filesystem::path& path) {
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0) return false;

  struct sockaddr_un address {};

  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  const int result =
      connect(descriptor, reinterpret_cast<struct sockaddr*>(&address), sizeof(address));
  const int error = errno;
  close(descriptor);
  return result != 0 && error == ECONNREFUSED;
}

core::Status RemoveStale(const std::filesystem::path& path) {
  struct stat found {};

  if (lstat(path.c_str(), &found) != 0) return absl::OkStatus();
  if (!S_ISSOCK(found.st_mode)) {
    return core::FailedPrecondition("listen at " + path.string() +
                                    ": found a file that is no socket, allowed a free name");
  }
  if (!IsStale(path)) {
    return core::FailedPrecondition("listen at " + path.string() +
                                    ": found a socket that somebody answers at, allowed one that "
                                    "nobody uses");
  }
  unlink(path.c_str());
  return absl::OkStatus();
}

}  // namespace

IpEndpoint LocalEndpoint(const StreamSocket& socket) {
  ErrorCode error;
  const auto generic = socket.local_endpoint(error);
  Endpoint local;
  if (error || generic.size() > local.capacity()) return {};
  std::memcpy(local.data(), generic.data(), generic.size());
  return FromAsio(local);
}

Listener::Listener(asio::io_context& io, Accepted accepted)
    : acceptor_(io.get_executor()),
      rest_(io.get_executor()),
      accepted_(std::move(accepted)),
      alive_(std::make_shared<bool>(true)) {}

Listener::~Listener() {
  Close();
}

core::Status Listener::OpenTcp(const IpEndpoint& local) {
  const Endpoint endpoint = ToAsio(local);
  ErrorCode error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(kBacklog, error);
  if (error) return Failed(ToText(local), error);
  Accept();
  return absl::OkStatus();
}

core::Status Listener::OpenUnix(const std::filesystem::path& path) {
  RETURN_IF_ERROR(RemoveStale(path));
  ErrorCode error;
  acceptor_.open(asio::local::stream_protocol(), error);
  // Linux gives the file the mode of the socket.
  if (!error && fchmod(acceptor_.native_handle(), 0600) != 0) {
    error.assign(errno, boost::system::system_category());
  }
  if (!error) acceptor_.bind(asio::local::stream_protocol::endpoint(path.string()), error);
  if (!error) {
    file_ = path;
    inode_ = InodeOfSocket(path);
    acceptor_.listen(kBacklog, error);
  }
  if (error) {
    Close();
    return Failed(path.string(), error);
  }
  Accept();
  return absl::OkStatus();
}

void Listener::Close() {
  alive_ = std::make_shared<bool>(true);  // Whoever still waits was meant for the old one.
  ErrorCode ignored;
  acceptor_.close(ignored);
  rest_.cancel(ignored);
  if (inode_ != 0 && InodeOfSocket(file_) == inode_) unlink(file_.c_str());
  inode_ = 0;
}

IpEndpoint Listener::local() const {
  ErrorCode error;
  const auto generic = acceptor_.local_endpoint(error);
  Endpoint local;
  if (error || generic.size() > local.capacity()) return {};
  std::memcpy(local.data(), generic.data(), generic.size());
  return FromAsio(local);
}

void Listener::Accept() {
  acceptor_.async_accept(
      [this, alive = std::weak_ptr(alive_)](const ErrorCode& error, StreamSocket socket) {
        if (alive.expired()) return;
        if (IsShortage(error)) return Rest();
        if (!error) accepted_(std::move(socket));
        if (!alive.expired()) Accept();
      });
}

void Listener::Rest() {
  rest_.expires_after(std::chrono::microseconds(kRest.us));
  rest_.async_wait([this, alive = std::weak_ptr(alive_)](const ErrorCode& error) {
    if (!alive.expired() && !error) Accept();
  });
}

}  // namespace node
