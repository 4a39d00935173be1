// The profile of a training on this machine, whose memory it measures.
#include "limits/all_cores.h"
#include "lithe/profile.h"

namespace lithe {

Profile make_profile(const ProfileRecords& records, const MachineIdentity& machine,
                     const Limits& limits) {
  const bool several = records.plan.threads > 1;
  const double memory =
      several ? limits::measure_all_cores(machine, records.plan.isa).read_memory : 0;
  return make_profile(records, limits, machine.caches, memory);
}

}  // namespace lithe
