#include <nlohmann/json.hpp>

#include "doctor_output.h"
#include "info_text.h"
#include "lithe/data.h"

namespace lithe::app {

namespace {

using Json = nlohmann::ordered_json;

Json caches(const MachineIdentity& machine) {
  Json all = Json::array();
  for (const Cache& c : machine.caches)
    all.push_back({{"level", c.level}, {"bytes", c.bytes}, {"shared_by", c.shared_by}});
  return all;
}

Json one_core(const Limits& limits) {
  Json read = Json::array();
  for (const Bandwidth& b : limits.read)
    read.push_back({{"level", b.level}, {"bytes_per_second", b.bytes_per_second}});
  return {{"isa", limits.isa},
          {"flops_float32", limits.flops_float32},
          {"flops_float64", limits.flops_float64},
          {"flops_bfloat16", limits.flops_bfloat16},
          {"read", std::move(read)},
          {"under_load", limits.under_load},
          {"measured_at", limits.measured_at}};
}

Json all_cores(const AllCoresLimits& t) {
  return {{"threads", t.threads},
          {"flops_float32", t.flops_float32},
          {"flops_float64", t.flops_float64},
          {"read_memory", t.read_memory},
          {"clock_one_core", t.clock_one_core},
          {"clock_all_cores", t.clock_all_cores},
          {"others", t.others},
          {"stolen", t.stolen}};
}

Json blas(const std::vector<BlasLibrary>& libraries) {
  Json all = Json::array();
  for (const BlasLibrary& b : libraries)
    all.push_back({{"path", b.path},
                   {"names", b.names},
                   {"owner", b.owner},
                   {"by_loader", b.by_loader},
                   {"problem", b.problem},
                   {"kind", b.kind},
                   {"version", b.version},
                   {"core", b.core},
                   {"integer_bits", b.integer_bits},
                   {"threads", b.threads},
                   {"flops_float32", b.flops_float32},
                   {"flops_float64", b.flops_float64},
                   {"note", b.note},
                   {"remedy", b.remedy},
                   {"remedied_float32", b.remedied_float32}});
  return all;
}

Json settings(const std::vector<ThreadSetting>& settings) {
  Json all = Json::array();
  for (const ThreadSetting& s : settings)
    all.push_back({{"variable", s.variable},
                   {"value", s.value},
                   {"meaning", s.meaning},
                   {"problem", s.problem}});
  return all;
}

}  // namespace

std::string info_json(const MachineReport& report) {
  const MachineIdentity& m = report.identity;
  return Json{{"version", LITHE_VERSION},
              {"machine", m.key()},
              {"processor", m.processor},
              {"vendor", m.vendor},
              {"family", m.family},
              {"model", m.model},
              {"stepping", m.stepping},
              {"sockets", m.sockets},
              {"numa_nodes", m.numa_nodes},
              {"cores", m.cores},
              {"hardware_threads", m.hardware_threads},
              {"usable_cpus", m.usable_cpus},
              {"virtual_machine", m.virtual_machine},
              {"memory_bytes", m.memory_bytes},
              {"system", m.system},
              {"instruction_sets", m.instruction_sets},
              {"unused_sets", report.unused_sets},
              {"isas", supported_isas()},
              {"caches", caches(m)},
              {"limits", one_core(report.limits)},
              {"all_cores", all_cores(report.all_cores)},
              {"frequency", {{"most", report.most_clock}, {"governor", report.governor}}},
              {"quota",
               {{"processors", report.quota.processors},
                {"stopped_periods", report.quota.stopped_periods}}},
              {"blas", blas(report.blas)},
              {"environment", settings(report.settings)},
              {"findings", findings_json(report.findings)},
              {"data_folder", data_folder("").string()}}
             .dump(2, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

}  // namespace lithe::app
