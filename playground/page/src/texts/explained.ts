// Headings and sentences of the library's explanations in Korean. What is not known here stays English.

const sentences: readonly (readonly [RegExp, string])[] = [
  [/^Layer (\d+), (\w+): (.+)$/, "$1번 층, $2: $3"],
  [/^Layer (\d+), (\w+)$/, "$1번 층, $2"],
  [/^From the loss through layer (\d+), (\w+), at once$/, "손실에서 $1번 층($2)까지 한꺼번에"],
  [/^From the loss to the outputs$/, "손실에서 출력까지"],
  [/^Loss of the same batch after the step$/, "스텝 뒤 같은 배치의 손실"],
  [/^mean squared error$/i, "평균 제곱 오차"],
  [/^binary cross-entropy$/i, "이진 교차 엔트로피"],
  [/^categorical cross-entropy$/i, "범주형 교차 엔트로피"],
  [
    /^∂L\/∂z says how fast L grows with z\. It is handed back from layer to layer: (.+)\.$/,
    "∂L/∂z는 z가 늘 때 L이 얼마나 빨리 느는지를 나타내며, 층에서 층으로 거꾸로 전해집니다: $1.",
  ],
  [/^The same numbers\.$/, "수는 그대로입니다."],
  [/^The same numbers in another shape\.$/, "수는 그대로이고 모양만 바뀝니다."],
  [/^This layer does not say how it computes\.$/, "이 층은 계산 과정을 알려 주지 않습니다."],
  [/^η = (.+) is the learning rate\.$/, "η = $1은 학습률입니다."],
  [/^(.+): (.+) numbers from (.+) to (.+), mean (.+)$/, "$1: 수 $2개, $3부터 $4까지, 평균 $5"],
];

export function inKorean(sentence: string): string | null {
  for (const [pattern, korean] of sentences) {
    if (pattern.test(sentence)) return sentence.replace(pattern, korean);
  }
  return null;
}
