// NodeService: something that serves people while a node runs, such as the admin pages and the control socket.
//
// A node knows no more of it than this: it opens its services when it listens, so that a port in use ends the start, tells
// them when it stops, and destroys them before anything that they look at. Thread rule: the node's one thread.
#pragma once

#include <functional>
#include <memory>

#include "core/base/status.h"
#include "node/host/node_view.h"

namespace node {

class NodeService {
 public:
  virtual ~NodeService() = default;

  // Listens. Error: where, and what the system says; nothing stays open.
  [[nodiscard]] virtual core::Status Open() = 0;

  // The node stops: what lasts ends now. Short questions are answered until the destruction.
  virtual void Stop() = 0;
};

// The view outlives the service.
using MakeService = std::function<std::unique_ptr<NodeService>(NodeView& view)>;

}  // namespace node
