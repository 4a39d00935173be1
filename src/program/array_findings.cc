#include "program/array_findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <regex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "program/line_report.h"

namespace lithe::program {

namespace {

bool is_product(const std::string& text) {
  constexpr std::string_view kProducts[] = {"@",       "dot(",       "matmul(",
                                            "einsum(", "tensordot(", "inner("};
  return holds_one(text, kProducts);
}

// The variables that a line reads: "x" and "self.w" of "np.dot(x, self.w, out=self.z)".
std::set<std::string> operands(std::string text) {
  static const std::regex kTarget(R"(^[\w.,\[\] ]*[-+*/@]?=(?!=))"), kOut(R"(\bout *= *[\w.]+)"),
      kName(R"([A-Za-z_][\w.]*(?![\w.]* *[(=]))");
  text = std::regex_replace(std::regex_replace(text, kTarget, ""), kOut, "");
  std::set<std::string> names;
  for (std::sregex_iterator at(text.begin(), text.end(), kName), end; at != end; ++at) {
    std::string name = at->str();
    if (name.ends_with(".T")) name.resize(name.size() - 2);
    names.insert(std::move(name));
  }
  return names;
}

// Most of the line's time is in loops, which some samples of the lines beside it blur.
bool loops_mostly(const LineFacts& line) {
  return line[Activity::loops] > line.all / 2 &&
         line[Activity::loops] > 2 * line[Activity::products];
}

// Whether a line is a product that is not the BLAS's: where NumPy has no symbols, one whose time is
// not in the BLAS.
bool slow_product(const LineFacts& line) {
  constexpr double kMuch = 0.1;
  constexpr std::string_view kWithoutBlas[] = {"_noblas"};
  const double named = sum(line.native_code, [&kWithoutBlas](std::string_view name) {
    return holds_one(name, kWithoutBlas);
  });
  return line.all > kMuch &&
         (named > line.all / 2 ||
          (loops_mostly(line) && is_product(source_line(line.file, line.line))));
}

// Products of such an array, and what else the same functions do with it: its numbers must be read
// in any case, but without what lies between them.
void find_strided(ProgramFacts& facts, Findings& findings) {
  Found found(facts);
  std::map<std::pair<std::string, std::string>, std::set<std::string>> arrays;
  for (LineFacts& line : facts.lines) {
    if (!slow_product(line)) continue;
    found.add(line, computed(line));
    arrays[{line.file, line.function}].merge(operands(source_line(line.file, line.line)));
  }
  const double products = found.all();
  for (LineFacts& line : facts.lines) {
    const auto names = arrays.find({line.file, line.function});
    if (names == arrays.end() || slow_product(line) || !loops_mostly(line)) continue;
    const std::set<std::string> read = operands(source_line(line.file, line.line));
    if (std::any_of(read.begin(), read.end(),
                    [&](const std::string& name) { return names->second.contains(name); }))
      found.add(line, computed(line));
  }
  if (found.all() < kWorth) return;
  constexpr double kOfProducts = 0.05, kOfReading = 0.5;
  const double likely =
      (kOfProducts * products + kOfReading * (found.all() - products)) / found.all();
  ProgramFinding finding = make(
      "strided",
      fmt::format("a product takes {} of the time and is not computed by the BLAS, which needs "
                  "float32 or float64 whose rows or columns lie side by side",
                  percent(products)),
      "copy the array once, before the loop, so that its numbers lie side by side: "
      "np.ascontiguousarray(x); products of integers: x.astype(np.float32)",
      estimate(found.all(), likely, likely + 0.1));
  finding.instead = "x = np.ascontiguousarray(x)    # once, where the view is made";
  findings.push_back(found.finish(std::move(finding)));
}

// The variable that a line makes longer by a copy: "x" in "x = np.append(x, row)".
bool grows(const std::string& text) {
  static const std::regex kGrows(
      R"(^([\w.]+) *= *[\w.]+\.(?:append|concatenate|concat|vstack|hstack|cat|r_) *[(\[](.*)$)");
  static const std::regex kColumns(R"((?:axis|dim) *= *-?1|, *-?1 *\)$)");  // joined side by side
  std::smatch found;
  if (!std::regex_search(text, found, kGrows) || std::regex_search(text, kColumns)) return false;
  const std::string name = found[1], arguments = found[2];
  for (std::size_t at = 0; (at = arguments.find(name, at)) != arguments.npos; ++at) {
    const auto part_of_name = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
    };
    const std::size_t end = at + name.size();
    if ((at == 0 || !part_of_name(arguments[at - 1])) &&
        (end == arguments.size() || (!part_of_name(arguments[end]) && arguments[end] != '.')))
      return true;
  }
  return false;
}

void find_growth(ProgramFacts& facts, Findings& findings) {
  Found found(facts);
  for (LineFacts& line : facts.lines)
    if (line.python && grows(source_line(line.file, line.line))) found.add(line, line.all);
  constexpr double kMuch = 0.2;  // joining two arrays once is no growth
  if (found.all() < kMuch) return;
  ProgramFinding finding =
      make("copies",
           fmt::format("an array that grows is copied whole for each piece that it gets, which "
                       "takes {} of the time",
                       percent(found.all())),
           "collect the pieces in a list and join them once, or make the array with its final "
           "size and write into it",
           estimate_with_caches(found.all(), 0, 0.15));
  finding.instead = "rows.append(row)    # in the loop; behind it: x = np.concatenate(rows)";
  findings.push_back(found.finish(std::move(finding)));
}

// Numbers that processors do not compute with: each is converted, or is an object of Python.
struct SlowType {
  const char* name;
  std::span<const std::string_view> code;
  double likely, most;  // what remains
  const char* problem;  // "40% of the time is ..."
  const char* remedy;
  const char* instead;
};

constexpr std::string_view kHalf[] = {"HALF_", "npy_half", "npy_float_to_half", "half_to_float"};
constexpr std::string_view kObjects[] = {"PyUFunc_OO", "PyUFunc_O_O", "OBJECT_", "copy_references",
                                         "npy_ObjectM"};
constexpr SlowType kSlowTypes[] = {
    {"float16", kHalf, 0.008, 0.2, "arithmetic in float16, which NumPy computes a number at a time",
     "use float32: it takes twice the memory and a fraction of the time; keep float16 for storing",
     "x = x.astype(np.float32)    # once, where it is loaded"},
    {"object_arrays", kObjects, 0.07, 0.15,
     "arithmetic on arrays of Python objects (dtype object), a number at a time",
     "convert them to numbers once: x.astype(np.float32), pd.to_numeric; None or text in a column "
     "makes the whole array one of objects",
     "x = x.astype(np.float32)    # once, where it is loaded"}};

void find_slow_type(ProgramFacts& facts, const SlowType& type, Findings& findings) {
  constexpr double kSome = 0.1;
  Found found(facts);
  for (LineFacts& line : facts.lines) {
    const double named = sum(line.native_code,
                             [&type](std::string_view name) { return holds_one(name, type.code); });
    // What is not named on such a line serves it.
    if (named > kSome * computed(line)) found.add(line, computed(line));
  }
  if (found.all() < kWorth) return;
  ProgramFinding finding =
      make(type.name, fmt::format("{} of the time is {}", percent(found.all()), type.problem),
           type.remedy, estimate(found.all(), type.likely, type.most));
  finding.instead = type.instead;
  findings.push_back(found.finish(std::move(finding)));
}

void find_copies(ProgramFacts& facts, Findings& findings) {
  constexpr double kMostly = 0.25;
  const auto copies = [](const LineFacts& line) {
    return line[Activity::copies] > kMostly * computed(line);
  };
  Found found(facts);
  for (LineFacts& line : facts.lines)
    if (copies(line))
      found.add(line,
                line[Activity::copies] + line[Activity::page_faults] + line[Activity::allocation]);
  // Large copies are given back to the system where they are last used.
  constexpr double kMuch = 0.3;
  const auto gives_back = [](std::string_view name) {
    return name.starts_with("munmap") || name.starts_with("__munmap");
  };
  if (found.all() > kMuch)
    for (LineFacts& line : facts.lines)
      if (!copies(line)) found.add(line, sum(line.native_code, gives_back));
  if (found.all() < kWorth) return;
  ProgramFinding finding =
      make("copies", fmt::format("copies of arrays take {} of the time", percent(found.all())),
           "x[start:stop] is a view and copies nothing; np.array(x), x.copy(), x[list], "
           "np.concatenate and astype copy: do that once, before the loop, or only with the rows "
           "that are needed",
           estimate_with_caches(found.all(), 0, 0.1));
  findings.push_back(found.finish(std::move(finding)));
}

bool of_double(std::string_view name) {
  constexpr std::string_view kDouble[] = {
      "dgemm", "dgemv", "dsyrk",   "dtrsm",           "dtrmm",   "ddot",
      "daxpy", "dger",  "DOUBLE_", "simd_exp_DOUBLE", "_dgemm_", "_dgemv_"};
  return begins_with_one(name, kDouble) || name.find("blas_avx512_dgemm") != name.npos ||
         name.find("simd_exp_f64") != name.npos;
}

// Conversions between the two, where arrays of both meet.
bool of_both(std::string_view name) {
  return name.find("cast_float_to_double") != name.npos ||
         name.find("cast_double_to_float") != name.npos;
}

// Takes nothing away: what else costs the same time costs it in float32 too.
void find_float64(ProgramFacts& facts, Findings& findings) {
  double doubles = 0, most = 0, converted = 0, faults = 0;
  const LineFacts* place = nullptr;
  for (const LineFacts& line : facts.lines) {
    const double named = sum(line.native_code, of_double);
    double floats = sum(line.native_code, [](std::string_view name) {
      return name.starts_with("sgem") || name.starts_with("FLOAT_") || name.starts_with("sdot");
    });
    // What is not named on such a line is as what is.
    const double numeric = line[Activity::products] + line[Activity::loops] +
                           line[Activity::copies] + line[Activity::page_faults];
    const double share = named > 2 * floats ? std::max(named, numeric) : named;
    doubles += share;
    converted += sum(line.native_code, of_both);
    faults += share > 0 ? line[Activity::page_faults] : 0;
    if (share > most) {
      most = share;
      place = &line;
    }
  }
  constexpr double kMuch = 0.2, kSome = 0.02;
  if (doubles < kMuch || place == nullptr) return;
  ProgramFinding finding = make(
      "float64",
      fmt::format("{} of the time is arithmetic in float64, which takes twice the time of float32",
                  percent(doubles)),
      "float32 suffices for neural networks: make all arrays so, also weights and constants, for "
      "one float64 array makes the result float64. astype(float), np.zeros(n), np.random.randn and "
      "np.loadtxt give float64",
      // Where arrays of both types meet, conversions vanish too, and new memory for their results.
      converted > kSome ? Estimate{gain(doubles, (doubles - converted - faults) / doubles / 2),
                                   gain(doubles, 0.6), gain(doubles, 0.25)}
                        : Estimate{gain(doubles, 0.5), gain(doubles, 0.75), gain(doubles, 0.4)});
  finding.instead = "x = x.astype(np.float32)    # once; np.zeros(n, np.float32)";
  finding.place = report_line(*place);
  findings.push_back(std::move(finding));
}

}  // namespace

void slow_type_findings(ProgramFacts& facts, Findings& findings) {
  for (const SlowType& type : kSlowTypes) find_slow_type(facts, type, findings);
  find_growth(facts, findings);
}

void array_findings(ProgramFacts& facts, Findings& findings) {
  find_strided(facts, findings);
  find_copies(facts, findings);
  find_float64(facts, findings);
}

}  // namespace lithe::program
