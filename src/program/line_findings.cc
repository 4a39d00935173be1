#include "program/line_findings.h"

#include <algorithm>

#include "program/array_findings.h"
#include "program/call_findings.h"
#include "program/finding_tools.h"
#include "program/loop_findings.h"
#include "program/managed_findings.h"
#include "program/native_findings.h"
#include "program/output_findings.h"
#include "program/wait_findings.h"

namespace lithe::program {

std::vector<ProgramFinding> line_findings(ProgramFacts& facts, double processors) {
  Findings findings;
  // Seconds; without epochs imports are most of a short run.
  constexpr double kShort = 0.5, kShortEpochs = 0.2;
  if (facts.seconds < (facts.later ? kShortEpochs : kShort)) return findings;
  if (std::none_of(facts.lines.begin(), facts.lines.end(),
                   [](const LineFacts& line) { return line.python; })) {
    managed_findings(facts, findings);
    find_calls(facts, findings);
    native_findings(facts, findings);
    wait_findings(facts, findings);
    return findings;
  }
  call_findings(facts, findings);
  wait_findings(facts, findings);
  find_interpreter_lock(facts, processors, findings);
  output_findings(facts, findings);
  slow_type_findings(facts, findings);
  loop_findings(facts, findings);
  array_findings(facts, findings);
  return findings;
}

}  // namespace lithe::program
