
-- FOCUS 1.2, https://focus.finops.org/focus-specification/v1-2/: all that is mandatory, and
-- what else the API tells.  It tells no list prices and no discounts.
INSERT INTO usage_fdw_report VALUES ('focus_cost_and_usage',
'costs as a dataset of FOCUS 1.2, the FinOps Open Cost and Usage Specification', '{
	"BilledCost": "cost, as the invoice counts",
	"BillingAccountId": "organization, as the foreign server names it; or: openai",
	"BillingAccountName": "not known: NULL",
	"BillingAccountType": "Organization",
	"BillingCurrency": "currency of all costs, by ISO 4217",
	"BillingPeriodEnd": "first moment after the month (of UTC)",
	"BillingPeriodStart": "first moment of the month (of UTC)",
	"ChargeCategory": "Usage, or Credit where the cost is negative",
	"ChargeClass": "not known: NULL",
	"ChargeDescription": "line item of the invoice",
	"ChargeFrequency": "Usage-Based",
	"ChargePeriodEnd": "first moment after the UTC day",
	"ChargePeriodStart": "first moment of the UTC day",
	"ConsumedQuantity": "how much was used, in ConsumedUnit",
	"ConsumedUnit": "unit of ConsumedQuantity",
	"ContractedCost": "the same as BilledCost",
	"EffectiveCost": "the same as BilledCost",
	"InvoiceIssuerName": "OpenAI",
	"ListCost": "the same as BilledCost, as the API tells no list prices",
	"PricingQuantity": "the same as ConsumedQuantity",
	"PricingUnit": "the same as ConsumedUnit",
	"ProviderName": "OpenAI",
	"PublisherName": "OpenAI",
	"ServiceCategory": "AI and Machine Learning",
	"ServiceName": "OpenAI API",
	"ServiceSubcategory": "Generative AI",
	"SkuId": "line item of the invoice",
	"SkuMeter": "what of a model was used, such as input, output",
	"SkuPriceId": "line item of the invoice",
	"SubAccountId": "project; NULL where the cost names none",
	"SubAccountName": "name of the project",
	"SubAccountType": "Project",
	"x_Model": "model that the line item names"
}', $report$
	SELECT c.amount AS "BilledCost", {organization} AS "BillingAccountId",
		NULL::text AS "BillingAccountName", 'Organization'::text AS "BillingAccountType",
		upper(c.currency) AS "BillingCurrency",
		(date_trunc('month', c.day::timestamp) + interval '1 month') AT TIME ZONE 'UTC'
			AS "BillingPeriodEnd",
		date_trunc('month', c.day::timestamp) AT TIME ZONE 'UTC' AS "BillingPeriodStart",
		CASE WHEN c.amount < 0 THEN 'Credit' ELSE 'Usage' END AS "ChargeCategory",
		NULL::text AS "ChargeClass", c.line_item AS "ChargeDescription",
		'Usage-Based'::text AS "ChargeFrequency", c.end_time AS "ChargePeriodEnd",
		c.start_time AS "ChargePeriodStart", c.quantity AS "ConsumedQuantity",
		c.quantity_unit AS "ConsumedUnit", c.amount AS "ContractedCost",
		c.amount AS "EffectiveCost", 'OpenAI'::text AS "InvoiceIssuerName",
		c.amount AS "ListCost", c.quantity AS "PricingQuantity", c.quantity_unit AS "PricingUnit",
		'OpenAI'::text AS "ProviderName", 'OpenAI'::text AS "PublisherName",
		'AI and Machine Learning'::text AS "ServiceCategory", 'OpenAI API'::text AS "ServiceName",
		'Generative AI'::text AS "ServiceSubcategory", c.line_item AS "SkuId",
		(@extschema@.usage_fdw_line_item(c.line_item)).kind AS "SkuMeter",
		c.line_item AS "SkuPriceId", c.project_id AS "SubAccountId", p.name AS "SubAccountName",
		CASE WHEN c.project_id IS NOT NULL THEN 'Project' END AS "SubAccountType",
		(@extschema@.usage_fdw_line_item(c.line_item)).model AS "x_Model"
	FROM {costs(start_time, end_time, day, project_id, line_item, amount, currency, quantity,
		quantity_unit)} AS c
	LEFT JOIN (SELECT DISTINCT ON (id) id, name FROM {projects(id, name)} ORDER BY id) AS p
		ON p.id = c.project_id
$report$);
