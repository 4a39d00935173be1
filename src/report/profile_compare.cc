// Compares two profiles.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lithe/profile.h"
#include "report/profile_names.h"

namespace lithe {

namespace {

// The smallest change that is reported, relative to the figure itself and to the whole step. Time
// stamps are no finer.
constexpr double kLeast = 0.03, kLeastOfStep = 0.005;

struct Spread {
  double low, median, high;
};

// A change is significant if each median lies outside the other's quartiles.
ProfileChange change(const std::string& name, const Spread& a, const Spread& b, double step) {
  ProfileChange result{name, a.median, b.median, 1, false};
  if (!(a.median > 0) || !(b.median > 0)) return result;
  result.factor = b.median / a.median;
  const bool slower = b.median > a.high && a.median < b.low;
  const bool faster = b.median < a.low && a.median > b.high;
  result.certain = (slower || faster) && std::abs(std::log(result.factor)) > std::log1p(kLeast) &&
                   std::abs(b.median - a.median) > kLeastOfStep * step;
  return result;
}

Spread spread(const ProfileRow& row) { return {row.step_low, row.step, row.step_high}; }

std::string line(const ProfileChange& c) {
  const std::string name = report::short_stage_name(c.name, 48);
  if (!(c.after > 0) || !(c.before > 0))
    return fmt::format(
        "{:48} {:>9} {:>9}  {}\n", name, c.before > 0 ? fmt::format("{:.2f}", c.before * 1e6) : "-",
        c.after > 0 ? fmt::format("{:.2f}", c.after * 1e6) : "-", c.after > 0 ? "new" : "gone");
  const std::string verdict = !c.certain     ? "within the noise"
                              : c.factor > 1 ? fmt::format("{:.2f}x slower", c.factor)
                                             : fmt::format("{:.2f}x faster", 1 / c.factor);
  return fmt::format("{:48} {:>9.2f} {:>9.2f}  {}\n", name, c.before * 1e6, c.after * 1e6, verdict);
}

}  // namespace

ProfileComparison compare_profiles(const Profile& before, const Profile& after) {
  ProfileComparison result{before.title, after.title, {}, {}};
  double step = 0;
  for (const ProfileRow& row : before.rows) step += row.step;
  result.step = change("a step", {before.step_low, before.step, before.step_high},
                       {after.step_low, after.step, after.step_high}, step);
  std::vector<bool> met(after.rows.size());
  for (const ProfileRow& row : before.rows) {
    std::size_t at = 0;
    while (at < after.rows.size() && (met[at] || after.rows[at].name != row.name)) ++at;
    if (at < after.rows.size()) met[at] = true;
    result.changes.push_back(
        change(row.name, spread(row),
               at < after.rows.size() ? spread(after.rows[at]) : Spread{0, 0, 0}, step));
  }
  for (std::size_t i = 0; i < after.rows.size(); ++i)
    if (!met[i])
      result.changes.push_back(change(after.rows[i].name, {0, 0, 0}, spread(after.rows[i]), step));
  const auto difference = [](const ProfileChange& c) { return std::abs(c.after - c.before); };
  std::stable_sort(result.changes.begin(), result.changes.end(),
                   [&](const ProfileChange& a, const ProfileChange& b) {
                     return difference(a) > difference(b);
                   });
  return result;
}

std::string comparison_text(const ProfileComparison& c) {
  std::string text = fmt::format("before: {}\nafter:  {}\n\n{:48} {:>9} {:>9}\n", c.before, c.after,
                                 "microseconds a step", "before", "after");
  text += line(c.step);
  for (const ProfileChange& each : c.changes) text += line(each);
  std::string slower;
  for (const ProfileChange& each : c.changes)
    if ((each.certain && each.factor > 1) || (!(each.before > 0) && each.after > 0))
      slower +=
          fmt::format("{}{} ({:+.2f} us)", slower.empty() ? "" : "; ",
                      report::short_stage_name(each.name, 60), (each.after - each.before) * 1e6);
  text +=
      slower.empty() ? "\nNothing became slower beyond the noise.\n" : "\nSlower: " + slower + "\n";
  return text;
}

}  // namespace lithe
