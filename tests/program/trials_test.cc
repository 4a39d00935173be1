#include "program/trials.h"

#include <gtest/gtest.h>

namespace lithe::program {
namespace {

ProgramFinding estimated(double factor) {
  ProgramFinding finding;
  finding.factor = factor;
  finding.low = 1.1;
  finding.high = 2;
  finding.estimated = true;
  return finding;
}

TEST(Trials, ATrialTakesThePlaceOfTheEstimate) {
  ProgramFinding finding = estimated(1.5);
  take_gain({.factor = 1.2, .low = 1.15, .high = 1.25, .fastest = 1.2}, finding);
  EXPECT_TRUE(finding.tried);
  EXPECT_EQ(finding.factor, 1.2);
  EXPECT_EQ(finding.low, 1.15);
}

TEST(Trials, WhatDoesNotHelpCostsNothing) {
  for (const bool part : {false, true}) {
    ProgramFinding finding = estimated(1.5);
    finding.tries_a_part = part;
    take_gain({.factor = 0.9, .low = 0.8, .high = 1.1, .fastest = 0.95}, finding);
    EXPECT_TRUE(finding.tried);
    EXPECT_EQ(finding.factor, 1);
  }
}

TEST(Trials, APartOfTheRemedyShowsTheLeast) {
  ProgramFinding finding = estimated(1.5);
  finding.tries_a_part = true;
  take_gain({.factor = 1.2, .low = 1.15, .high = 1.25, .fastest = 1.2}, finding);
  EXPECT_FALSE(finding.tried);
  EXPECT_EQ(finding.factor, 1.5);
  EXPECT_EQ(finding.low, 1.2);
  EXPECT_NE(finding.evidence.find("1.2 times"), std::string::npos);
  // What is more than was expected is measured.
  take_gain({.factor = 1.8, .low = 1.7, .high = 1.9, .fastest = 1.8}, finding);
  EXPECT_TRUE(finding.tried);
  EXPECT_EQ(finding.factor, 1.8);
}

TEST(Trials, WhatOnlyATrialShowsMustHelpInEachPair) {
  ProgramFinding finding = estimated(1);
  finding.only_if_tried = true;
  take_gain({.factor = 1.3, .low = 1.01, .high = 1.5, .fastest = 1.2}, finding);
  EXPECT_EQ(finding.factor, 1);
  take_gain({.factor = 1.3, .low = 1.1, .high = 1.5, .fastest = 1.2}, finding);
  EXPECT_EQ(finding.factor, 1.3);
}

}  // namespace
}  // namespace lithe::program
