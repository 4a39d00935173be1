// A profile as JSON, and back; and a trace for Perfetto or Chrome.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json_depth.h"
#include "lithe/error.h"
#include "lithe/profile.h"
#include "report/profile_names.h"

namespace lithe {

namespace {

using nlohmann::json;

constexpr int kFormat = 1;

json number(double value) { return std::isfinite(value) ? json(value) : json(); }

json to_json(const ProfileRow& r) {
  return {{"name", r.name},
          {"kernel", r.kernel},
          {"phase", r.phase},
          {"threads", r.threads},
          {"seconds", number(r.seconds)},
          {"share", number(r.share)},
          {"step", {number(r.step_low), number(r.step), number(r.step_high)}},
          {"operations", r.operations},
          {"bytes", r.bytes},
          {"flops", number(r.flops)},
          {"bandwidth", number(r.bandwidth)},
          {"limit", r.limit},
          {"of_limit", number(r.of_limit)},
          {"wait", number(r.wait)},
          {"imbalance", number(r.imbalance)}};
}

struct Three {
  double low, median, high;
};

Three three(const json& values) {
  const auto at = [&](std::size_t i) {
    return values.at(i).is_null() ? std::nan("") : values.at(i).get<double>();
  };
  return {at(0), at(1), at(2)};
}

ProfileRow row_from(const json& from) {
  ProfileRow row;
  from.at("name").get_to(row.name);
  const Three step = three(from.at("step"));
  row.step_low = step.low, row.step = step.median, row.step_high = step.high;
  return row;
}

}  // namespace

std::string profile_json(const Profile& p) {
  json rows = json::array(), parts = json::array(), roofs = json::object();
  for (const ProfileRow& row : p.rows) rows.push_back(to_json(row));
  for (const ProfilePart& part : p.parts)
    parts.push_back({{"name", part.name}, {"seconds", part.seconds}, {"share", part.share}});
  for (const ProfileRoof& roof : p.roofs) roofs[roof.name] = roof.bytes_per_second;
  const json result = {{"lithe_profile", kFormat},
                       {"title", p.title},
                       {"wall_seconds", p.wall},
                       {"epochs", p.epochs},
                       {"steps", p.steps},
                       {"stamped_steps", p.stamped},
                       {"threads", p.threads},
                       {"clock", p.clock},
                       {"step", {number(p.step_low), number(p.step), number(p.step_high)}},
                       {"operations", rows},
                       {"parts", parts},
                       {"left_over", p.left_over},
                       {"accounted", p.accounted},
                       {"waiting_for_data", p.waiting_for_data},
                       {"waiting_at_barriers", p.waiting_at_barriers},
                       {"cost", {number(p.cost_low), number(p.cost), number(p.cost_high)}},
                       {"cost_expected", number(p.cost_expected)},
                       {"limits", {{"flops", p.peak}, {"bandwidth", roofs}}},
                       {"allocations", p.allocations ? json(*p.allocations) : json()},
                       {"allocation_sites", p.allocation_sites}};
  // Names come from sentences, which may hold any bytes.
  return result.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

Profile read_profile(const std::string& text, const std::string& where) {
  const std::string remedy = "a file that `lithe profile --json` has written";
  try {
    if (base::nests_too_deep(text))
      throw Error(ErrorKind::data, "it is nested too deep", where, remedy);
    const json from = json::parse(text);
    if (from.at("lithe_profile") != kFormat)
      throw Error(ErrorKind::data, "the profile has another version's format", where, remedy);
    Profile p;
    from.at("title").get_to(p.title);
    const Three step = three(from.at("step"));
    p.step_low = step.low, p.step = step.median, p.step_high = step.high;
    for (const json& row : from.at("operations")) p.rows.push_back(row_from(row));
    return p;
  } catch (const json::exception& error) {
    throw Error(ErrorKind::data, "this is no profile, or a damaged one", where, remedy);
  }
}

// Events are ordered by thread and time. Those of one step are nested in an event for the step.
// Times are in microseconds.
std::string profile_trace(const ProfileRecords& records) {
  json events = json::array();
  const auto& stages = records.plan.stages;
  const auto mark = [&](const char* kind, const ProfileEvent& e, double time, std::string name) {
    events.push_back({{"name", std::move(name)},
                      {"ph", kind},
                      {"ts", time * 1e6},
                      {"pid", 1},
                      {"tid", e.thread}});
  };
  for (std::size_t t = 0; t < records.threads.size(); ++t)
    events.push_back({{"name", "thread_name"},
                      {"ph", "M"},
                      {"pid", 1},
                      {"tid", t},
                      {"args", {{"name", fmt::format("thread {}", t)}}}});
  for (std::size_t i = 0; i < records.events.size(); ++i) {
    const ProfileEvent& e = records.events[i];
    const auto same_step = [&](std::size_t other) {
      return other < records.events.size() && records.events[other].thread == e.thread &&
             records.events[other].step == e.step;
    };
    const std::string step = fmt::format("step {}", e.step);
    if (i == 0 || !same_step(i - 1)) mark("B", e, e.begin, step);
    const std::string what = e.stage < stages.size()
                                 ? report::short_stage_name(stages[e.stage].name, 200)
                                 : "the loop between steps";
    const std::string name = e.waiting ? "wait before " + what : what;
    mark("B", e, e.begin, name);
    mark("E", e, e.end, name);
    if (!same_step(i + 1)) mark("E", e, e.end, step);
  }
  return json{{"traceEvents", events}, {"displayTimeUnit", "ns"}}.dump(
             -1, ' ', false, json::error_handler_t::replace) +
         "\n";
}

}  // namespace lithe
