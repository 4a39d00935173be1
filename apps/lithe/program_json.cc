#include <nlohmann/json.hpp>
#include <utility>

#include "doctor_output.h"
#include "program/amounts.h"
#include "program_output.h"
#include "terminal.h"

namespace lithe::app {

namespace {

using Json = nlohmann::ordered_json;

const char* name(Sampling sampling) {
  switch (sampling) {
    case Sampling::events:
      return "perf_events";
    case Sampling::events_of_user:
      return "perf_events_of_user";
    case Sampling::stops:
      return "stops";
    case Sampling::none:
      break;
  }
  return "none";
}

Json shares(const ProgramReport& report) {
  Json all = Json::array();
  for (const ActivityShare& s : report.shares)
    all.push_back(
        {{"activity", lithe::name(s.activity)}, {"share", s.share}, {"mostly", s.mostly}});
  return all;
}

Json parts(const ProgramLine::Shares& shares) {
  Json all = Json::object();
  for (const auto& [name, share] : shares) all[name] = share;
  return all;
}

Json line(const ProgramLine& l) {
  return {{"file", l.file},          {"line", l.line},        {"function", l.function},
          {"text", l.text},          {"share", l.share},      {"interpreter", l.interpreter},
          {"native", l.native},      {"system", l.system},    {"waiting", l.waiting},
          {"calls", parts(l.calls)}, {"code", parts(l.code)}, {"around", parts(l.around)}};
}

Json lines(const ProgramReport& report) {
  Json all = Json::array();
  for (const ProgramLine& l : report.lines) all.push_back(line(l));
  return all;
}

Json waits(const ProgramReport& report) {
  Json all = Json::array();
  for (const WaitShare& w : report.waits)
    all.push_back({{"for", lithe::name(w.wait)}, {"share", w.share}});
  return all;
}

Json bin(const TimelineBin& b) {
  Json activities = Json::object(), waits = Json::object();
  for (std::size_t i = 0; i < b.activity.size(); ++i)
    if (b.activity[i] > 0) activities[lithe::name(static_cast<Activity>(i))] = b.activity[i];
  for (std::size_t i = 0; i < b.wait.size(); ++i)
    if (b.wait[i] > 0) waits[lithe::name(static_cast<Wait>(i))] = b.wait[i];
  return {{"activities", std::move(activities)},
          {"waits", std::move(waits)},
          {"not_sampled", b.unknown},
          {"resident_bytes", b.resident_bytes}};
}

Json timeline(const ProgramReport& report) {
  Json bins = Json::array();
  for (const TimelineBin& b : report.timeline.bins) bins.push_back(bin(b));
  return {{"bin_seconds", report.timeline.bin_seconds}, {"bins", std::move(bins)}};
}

Json flame(const FlameNode& node) {
  Json children = Json::array();
  for (const FlameNode& child : node.children) children.push_back(flame(child));
  return {{"name", node.name},       {"kind", lithe::name(node.kind)},
          {"file", node.file},       {"line", node.line},
          {"seconds", node.seconds}, {"later_seconds", node.later_seconds},
          {"children", children}};
}

Json heap(const HeapUse& use) {
  return {{"calls", use.calls},     {"bytes", use.bytes}, {"frees", use.frees},
          {"largest", use.largest}, {"maps", use.maps},   {"mapped_bytes", use.mapped_bytes}};
}

Json products(const ProductUse& use) {
  return {{"calls", use.calls}, {"flops_float32", use.flops32}, {"flops_float64", use.flops64}};
}

Json epoch(const ProgramEpoch& e) {
  return {{"seconds", e.seconds},
          {"faults", e.faults},
          {"heap", heap(e.heap)},
          {"products", products(e.products)}};
}

Json epochs(const ProgramReport& report) {
  Json all = Json::array();
  for (const ProgramEpoch& e : report.epochs) all.push_back(epoch(e));
  return all;
}

Json blas(const ProgramReport& report) {
  Json all = Json::array();
  for (const BlasLibrary& b : report.blas)
    all.push_back({{"path", b.path},
                   {"problem", b.problem},
                   {"kind", b.kind},
                   {"version", b.version},
                   {"core", b.core},
                   {"threads", b.threads},
                   {"flops_float32", b.flops_float32},
                   {"flops_float64", b.flops_float64},
                   {"remedy", b.remedy},
                   {"remedied_float32", b.remedied_float32}});
  return all;
}

Json findings(const ProgramReport& report) {
  Json all = Json::array();
  for (const ProgramFinding& f : report.findings) {
    Json one = findings_json({f})[0];
    one["cost"] = program::cost_text(f);
    one["tried"] = f.tried;
    one["low"] = f.low;
    one["high"] = f.high;
    one["place"] = f.place ? line(*f.place) : Json();
    one["instead"] = f.instead;
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace

std::string program_json(const ProgramReport& r) {
  constexpr std::size_t kColumns = 80;
  return Json{{"version", LITHE_VERSION},
              {"text", fold(program_text(r, false), kColumns)},
              {"command", r.command},
              {"process", r.process},
              {"status", r.status},
              {"signal", r.signal},
              {"seconds", r.seconds},
              {"user_seconds", r.user_seconds},
              {"system_seconds", r.system_seconds},
              {"waited_seconds", r.waited_seconds},
              {"page_faults", r.faults},
              {"resident_bytes", r.memory_bytes},
              {"threads", r.threads},
              {"processes", r.processes},
              {"processors", r.processors},
              {"sampling", name(r.sampling)},
              {"samples", r.samples},
              {"shares_of_later_epochs", r.shares_of_later_epochs},
              {"shares", shares(r)},
              {"lines", lines(r)},
              {"waits", waits(r)},
              {"lines_of_later_epochs", r.lines_of_later_epochs},
              {"timeline", timeline(r)},
              {"flame", flame(r.flame)},
              {"blas", blas(r)},
              {"blas_in_one_process", r.blas_in_one_process},
              {"openmp", r.openmp},
              {"openmp_in_one_process", r.openmp_in_one_process},
              {"counted", r.counted},
              {"heap", heap(r.heap)},
              {"products", products(r.products)},
              {"products_need_seconds", r.products_need_seconds},
              {"peak_bytes", r.peak_bytes},
              {"divided", r.divided},
              {"epochs", epochs(r)},
              {"usual_epoch", epoch(usual_epoch(r))},
              {"not_seen", r.missing},
              {"findings", findings(r)}}
             .dump(2, ' ', false, Json::error_handler_t::replace) +
         "\n";
}

}  // namespace lithe::app
