// A profile as text, and as folded stacks.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "lithe/profile.h"
#include "report/profile_names.h"

namespace lithe {

namespace {

std::string percent(double share) {
  return std::isfinite(share) ? fmt::format("{:.1f}%", 100 * share) : "-";
}

// Three digits, with a letter for thousands: 470400 is "470k".
std::string count(double value) {
  constexpr const char* kUnits[] = {"", "k", "M", "G", "T"};
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < std::size(kUnits)) value /= 1000, ++unit;
  if (value == 0) return "-";
  return value < 9.95 && unit > 0 ? fmt::format("{:.1f}{}", value, kUnits[unit])
                                  : fmt::format("{:.0f}{}", value, kUnits[unit]);
}

std::string rate(double value) {
  return value > 0 ? fmt::format("{:.1f}", value / 1e9) : std::string("-");
}

constexpr std::size_t kName = 30;

std::string limit_of(const ProfileRow& row) {
  if (row.limit.empty()) return "-";
  return fmt::format("{:.0f}% {}", 100 * row.of_limit,
                     row.limit == "arithmetic" ? "arithm." : row.limit);
}

std::string row_line(const Profile& profile, const ProfileRow& row) {
  std::string line = fmt::format("{:30} {:>8.2f} {:>6} {:>5} {:>5} {:>7} {:>6} {:>12}",
                                 report::short_stage_name(row.name, kName), row.step * 1e6,
                                 percent(row.share), count(row.operations), count(row.bytes),
                                 rate(row.flops), rate(row.bandwidth), limit_of(row));
  if (profile.threads > 1)
    line += fmt::format(" {:>6} {:>6}", percent(row.wait / profile.wall),
                        row.threads > 1 ? percent(row.imbalance) : "-");
  return line + "\n";
}

// The number of operations that fit on a screen. Of more, those with the largest shares are shown.
double least_shown(const Profile& p) {
  constexpr std::size_t kMost = 24;
  if (p.rows.size() <= kMost) return 0;
  std::vector<double> shares;
  for (const ProfileRow& row : p.rows) shares.push_back(row.share);
  std::sort(shares.begin(), shares.end(), std::greater<>());
  return shares[kMost - 1];
}

std::string part_line(const Profile& p, const ProfilePart& part) {
  const double steps = static_cast<double>(std::max<std::size_t>(1, p.steps));
  return fmt::format("{:30} {:>8.2f} {:>6}\n", part.name, part.seconds / steps * 1e6,
                     percent(part.share));
}

std::string cost_line(const Profile& p) {
  std::string text =
      fmt::format("Profiling: {} of {} steps stamped ({});\n  ", p.stamped, p.steps, p.clock);
  text += std::isfinite(p.cost)
              ? fmt::format("it adds {} to a stamped stretch (quartiles {} to {})", percent(p.cost),
                            percent(p.cost_low), percent(p.cost_high))
              : std::string("too few stretches to measure its cost");
  return text + fmt::format(", {} by the cost of a stamp.\n", percent(p.cost_expected));
}

std::string allocation_lines(const Profile& p) {
  if (!p.allocations) return "Heap calls during the epochs: not counted here\n";
  std::string text = fmt::format("Heap calls during the epochs: {}\n", *p.allocations);
  for (const std::string& site : p.allocation_sites) text += fmt::format("  from {}\n", site);
  return text;
}

// Notes which limits are not those of all threads.
std::string shared_roofs(const Profile& p) {
  if (p.threads == 1 || p.roofs.size() < 3) return "\n";
  return fmt::format("\n  {} as one core reads it, for what all read together is not measured\n",
                     p.roofs[p.roofs.size() - 2].name);
}

}  // namespace

std::string profile_table(const Profile& p) {
  std::string text = fmt::format(
      "{}; {} epoch{}, {} steps of {:.2f} us ({:.2f} to {:.2f}), {:.3f} s\n\n", p.title, p.epochs,
      p.epochs == 1 ? "" : "s", p.steps, p.step * 1e6, p.step_low * 1e6, p.step_high * 1e6, p.wall);
  text += fmt::format("{:30} {:>8} {:>6} {:>5} {:>5} {:>7} {:>6} {:>12}{}\n", "operation",
                      "us/step", "share", "oper.", "bytes", "GFLOP/s", "GB/s", "of limit",
                      p.threads > 1 ? "  waits uneven" : "");
  const double least = least_shown(p);
  ProfilePart rest{"smaller ones (--json has them)", 0, 0};
  for (const ProfileRow& row : p.rows) {
    if (row.share >= least) {
      text += row_line(p, row);
    } else {
      rest.seconds += row.seconds;
      rest.share += row.share;
    }
  }
  if (rest.share > 0) text += part_line(p, rest);
  for (const ProfilePart& part : p.parts)
    if (part.share >= 0.0005) text += part_line(p, part);
  text += fmt::format("{:30} {:>8} {:>6}\n\n", "left over", "", percent(p.left_over));
  text += fmt::format(
      "Accounted for: {} of the time of {}. Waiting for data: {}. Waiting at barriers: {}.\n",
      percent(p.accounted), p.threads == 1 ? "the thread" : fmt::format("{} threads", p.threads),
      percent(p.waiting_for_data), percent(p.waiting_at_barriers));
  text += cost_line(p);
  text += allocation_lines(p);
  text += fmt::format("Limits: {:.0f} GFLOP/s", p.peak / 1e9);
  for (const ProfileRoof& roof : p.roofs)
    text += fmt::format(", {} {:.0f} GB/s", roof.name, roof.bytes_per_second / 1e9);
  text += shared_roofs(p);
  if (std::any_of(p.rows.begin(), p.rows.end(), [](const ProfileRow& r) { return r.of_limit > 1; }))
    text +=
        "More than 100%: zeros that are left out count as operations; or the limits were\n"
        "measured while other programs ran: `lithe info --measure` does it again\n";
  return text;
}

// Spaces and semicolons mean something in this format.
std::string profile_folded(const Profile& p) {
  std::string text;
  const auto add = [&](std::string stack, double seconds) {
    const double microseconds = seconds * 1e6;
    if (microseconds >= 0.5) text += fmt::format("{} {:.0f}\n", stack, microseconds);
  };
  const auto clean = [](std::string name) {
    for (char& c : name)
      if (c == ';' || c == '\n') c = ',';
    return name;
  };
  const double all = p.wall;  // shares are of all threads' time: one thread's worth of it is drawn
  for (const ProfileRow& row : p.rows)
    add(fmt::format("epochs;steps;{};{}", clean(row.phase),
                    clean(report::short_stage_name(row.name, 200))),
        row.share * all);
  for (std::size_t i = 0; i < p.parts.size(); ++i) {
    const bool of_steps =
        p.parts[i].name == "waiting at barriers" || p.parts[i].name == "the loop between steps";
    add(fmt::format("epochs;{}{}", of_steps ? "steps;" : "", clean(p.parts[i].name)),
        p.parts[i].seconds);
  }
  add("epochs;left over", p.left_over * all);
  return text;
}

}  // namespace lithe
