#include "cpu/topology.h"

#include <hwloc.h>

#include <algorithm>
#include <memory>
#include <type_traits>

namespace lithe::cpu {

namespace {

struct Destroy {
  void operator()(hwloc_topology_t topology) const { hwloc_topology_destroy(topology); }
};
using Topology = std::unique_ptr<std::remove_pointer_t<hwloc_topology_t>, Destroy>;

// The whole machine, also what this process may not use. Without leave to bind itself to one
// processor after the other, hwloc reads files only, which is fast and disturbs nobody.
Topology load() {
  hwloc_topology_t raw = nullptr;
  if (hwloc_topology_init(&raw) != 0) return nullptr;
  Topology topology(raw);
  hwloc_topology_set_flags(
      raw, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED | HWLOC_TOPOLOGY_FLAG_DONT_CHANGE_BINDING);
  if (hwloc_topology_load(raw) != 0) return nullptr;
  return topology;
}

int count(hwloc_topology_t topology, hwloc_obj_type_t type, int fallback) {
  return std::max(hwloc_get_nbobjs_by_type(topology, type), fallback);
}

}  // namespace

void fill_topology(MachineIdentity& machine) {
  const Topology owner = load();
  const hwloc_topology_t topology = owner.get();
  if (topology == nullptr) return;
  machine.sockets = count(topology, HWLOC_OBJ_PACKAGE, 1);
  machine.numa_nodes = count(topology, HWLOC_OBJ_NUMANODE, 1);
  machine.hardware_threads = count(topology, HWLOC_OBJ_PU, 1);
  // Some virtual machines do not say which threads share a core.
  const int cores = count(topology, HWLOC_OBJ_CORE, 0);
  machine.cores = cores > 0 ? cores : machine.hardware_threads;

  constexpr hwloc_obj_type_t kLevels[] = {HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L3CACHE,
                                          HWLOC_OBJ_L4CACHE};
  for (const hwloc_obj_type_t type : kLevels) {
    const hwloc_obj_t cache = hwloc_get_obj_by_type(topology, type, 0);
    if (cache == nullptr || cache->attr->cache.size == 0) continue;
    machine.caches.push_back({static_cast<int>(cache->attr->cache.depth),
                              static_cast<std::size_t>(cache->attr->cache.size),
                              std::max(hwloc_bitmap_weight(cache->cpuset), 1)});
  }
}

}  // namespace lithe::cpu
